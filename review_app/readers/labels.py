"""The fixed answers of the forms in three languages: yes and no, kinds of partner, cultural domains, ways to leave blank."""

from review_app.readers.letters import squeezed

_YES_NO = {True: ["Yes", "Oui", "Sí"], False: ["No", "Non"]}

_PARTNER_TYPES = {
    "public": ["Public Sector", "Public", "Secteur public", "Sector público", "Público"],
    "private": ["Private Sector", "Private", "Secteur privé", "Privé", "Sector privado", "Privado"],
    "cso": [
        "Civil Society Organization (CSO)", "Civil Society Organisation (CSO)", "Civil Society Organization",
        "Civil Society Organisation", "Civil Society Organizations", "Civil Society Organisations", "Civil society",
        "CSO", "Organisation de la société civile (OSC)", "Organisation de la société civile",
        "Organisations de la société civile", "Société civile", "OSC", "Organización de la sociedad civil (OSC)",
        "Organización de la sociedad civil", "Organizaciones de la sociedad civil", "Sociedad civil",
    ],
}

_DOMAINS = {
    "cinema_audiovisual": [
        "Cinema/ Audiovisual Arts", "Cinema and audiovisual arts", "Cinema", "Audiovisual arts", "Cinéma/ Arts audiovisuels",
        "Cinéma et arts audiovisuels", "Cine / Artes audiovisuales", "Cine y artes audiovisuales", "Cinéma", "Arts audiovisuels",
        "Artes audiovisuales", "Cine",
    ],
    "design": ["Design", "Diseño"],
    "media_arts": [
        "Media Arts", "Arts médiatiques", "Arts des médias", "Artes mediáticas", "Artes de los medios",
        "Artes de medios", "Artes de los medios de comunicación", "Artes multimedia",
    ],
    "music": ["Music", "Musique", "Música", "La música"],
    "performing_arts": [
        "Performing Arts", "Arts de la scène", "Arts du spectacle", "Arts vivants", "Las artes escénicas", "Artes escénicas",
    ],
    "publishing": ["Publishing", "Édition", "L'édition", "Industria editorial", "La industria editorial", "Edición", "Publicación"],
    "visual_arts": ["Visual Arts", "Arts visuels", "Artes visuales", "Las artes visuales"],
    "multi_domain": [
        "Multi-domain", "Multi-domains", "Multidomain", "Multi-domaines", "Multi-domaine", "Multi-dominio",
        "Multi-dominios", "Multidominio", "Cultural multi-domain",
    ],
}

_BLANKS = [
    "N/A", "NA", "n.a.", "n.d.", "None", "Nil", "Not available", "Not applicable", "Not defined", "No partners", "No partner",
    "Aucun", "Aucune", "Néant", "Non disponible", "Sans objet", "Non applicable", "Pas de partenaires", "Ninguno", "Ninguna",
    "No aplica", "No disponible", "Sin socios",
]

YES_NO = {squeezed(word): answer for answer, words in _YES_NO.items() for word in words}
PARTNER_TYPES = {squeezed(word): kind for kind, words in _PARTNER_TYPES.items() for word in words}
PRINTED_TYPES = sorted((word for words in _PARTNER_TYPES.values() for word in words if " " in word), key=len, reverse=True)
DOMAINS = {squeezed(word): domain for domain, words in _DOMAINS.items() for word in words}
BLANKS = frozenset(map(squeezed, _BLANKS))
DOMAIN_NAMES = {domain: words[0] for domain, words in _DOMAINS.items()}
_PRINTED = {"yes": "Yes", "no": "No", **DOMAIN_NAMES, **{kind: words[0] for kind, words in _PARTNER_TYPES.items()}}


def printed(key: str) -> str:
    """The first wording of a kind of partner, a domain, yes or no."""
    return _PRINTED[key]
