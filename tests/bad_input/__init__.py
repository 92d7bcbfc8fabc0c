"""What people, programs and attackers send that no form would: a clear answer, the text kept, nothing broken, nothing believed."""
