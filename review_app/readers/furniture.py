"""What web pages put around a text: navigation, images, banners of archives, debris of links. Never an answer."""

import re

from review_app.readers.letters import has_word, squeezed

_LINES = [
    "Read the full report", "Go to full report", "Go to the full report", "Read full report", "Download the full report",
    "See the full report", "Lire le rapport complet", "Lire le rapport intégral", "Voir le rapport complet",
    "Accéder au rapport complet", "Aller au rapport complet", "Télécharger le rapport complet", "Leer el informe completo",
    "Lea el informe completo", "Ver el informe completo", "Ir al informe completo", "Descargar el informe completo",
    "Zoom in Details", "Share", "Print", "Share:", "Print:", "Partager", "Imprimer", "Compartir", "Imprimir", "Email", "E-mail",
    "Share on Facebook", "Share on Twitter", "Share this page",
    "Partager cette page", "Compartir esta página", "Skip to main content", "Aller au contenu principal",
    "Pasar al contenido principal", "Back to top", "Back to list", "Back to results", "Retour en haut", "Retour à la liste",
    "Volver arriba", "Volver a la lista", "Read more", "Lire la suite", "Leer más", "Show more", "Download", "Télécharger",
    "Descargar", "Home", "Accueil", "Inicio", "Menu", "Menú", "Close", "Fermer", "Cerrar", "Previous", "Next", "Search",
    "Policy Monitoring Platform", "Plateforme de suivi des politiques", "Plataforma de monitoreo de políticas",
    "Diversity of Cultural Expressions", "Loading media information hide", "Loading media information",
    "(link is external)", "(le lien est externe)", "(el enlace es externo)", "link is external", "(link sends e-mail)",
    "Accept all cookies", "Accept cookies", "Log in", "Se connecter", "Iniciar sesión",
]
_KEYS = frozenset(map(squeezed, _LINES))
_IMAGE = re.compile(r"(?:\s*!?\[[^\[\]\n]{0,200}\]\([^()\s]{0,500}\)\s*)+|<img [^<>]{0,500}>")
_FILE = re.compile(r"\S{1,300}\.(?:png|jpe?g|gif|svg)(?:\?\S{0,200})?", re.IGNORECASE)
_BANNER_WORDS = ("archiv", "wayback", "this page was", "cette page", "the designations")
_BANNER = re.compile(
    r"archived (?:web ?)?(?:page|site)|archived version|web ?page archiv|pages? web archiv|p[aá]gina web archivada|versión archivada"
    r"|archive-it\b|wayback machine|web\.archive\.org|this page was captured|cette page a été capturée|see all versions of this"
    r"|the designations employed and the presentation of material",
    re.IGNORECASE,
)
_TRAIL = re.compile(r"(?:home|accueil|inicio|unesco)\b.{0,200}(?: [>»›/] ).{1,300}", re.IGNORECASE)
_MOJIBAKE = re.compile(r"(?:[ÃÂâ][\u0080-\u00bf€™œ‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜š›žŸ]+|\ufffd|ï¿½)+")
_SOCIETY = re.compile(
    r"(?:this|cette|esta|está)\b.{0,60}\b(?:reported|submitted|communiquée?|rapportée?|notifiée?|soumise?|notificada|presentada|reportada)"
    r"\b.{0,20}\b(?:civil society|société civile|sociedad civil)[^.]{0,40}\.?",
    re.IGNORECASE,
)


def is_furniture(line: str) -> bool:
    """Whether a whole line belongs to the page around the text."""
    if len(line) > 600:
        return False
    if len(line) <= 80 and squeezed(line) in _KEYS:
        return True
    if is_banner(line) or (line[0] in "!<[" and _IMAGE.fullmatch(line)) or (" " not in line and _FILE.fullmatch(line)):
        return True
    if line[0] in "HhAaIiUu" and _TRAIL.fullmatch(line):
        return True
    return not line.isascii() and bool(_MOJIBAKE.search(line)) and not has_word(_MOJIBAKE.sub("", line))


def is_banner(line: str) -> bool:
    """Whether a line is what an archive of the web writes above a page it kept, or a site's disclaimer."""
    small = line.lower()
    for word in _BANNER_WORDS:
        if word in small:
            return len(line) <= 600 and _BANNER.search(small) is not None
    return False


def is_society_note(line: str) -> bool:
    """Whether a line says that civil society reported the measure."""
    return len(line) <= 160 and _SOCIETY.fullmatch(" ".join(line.split())) is not None
