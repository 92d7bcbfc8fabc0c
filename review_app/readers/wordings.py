"""How the forms and pages of every edition word their captions, in three languages. Data only; captions.py makes the index."""

# What `{it}` stands for: the forms call the thing by all of these names.
THINGS = {
    "en": [
        f"{article} {thing}"
        for article in ("the", "this")
        for thing in (
            "policy/measure", "measure/initiative", "policy/measure/initiative", "measure", "policy", "initiative",
            "policy or measure", "policies/measures", "policies and measures", "measures",
        )
    ],
    "fr": [
        "la politique/mesure", "la mesure/initiative", "la mesure", "la politique", "l'initiative", "cette mesure",
        "la politique ou mesure", "la politique ou de la mesure", "cette politique/mesure", "les politiques/mesures",
        "la politique/mesure/initiative",
    ],
    "es": [
        "la política/medida", "la medida/iniciativa", "la medida", "la política", "la iniciativa", "esta medida",
        "la política o medida", "esta política/medida", "las políticas/medidas", "la política/medida/iniciativa",
    ],
}

# field -> language -> wordings. A question mark, a colon, brackets, case and accents do not count.
WORDINGS: dict[str, dict[str, list[str]]] = {
    "name": {
        "en": ["Name of {it}", "Title of {it}"],
        "fr": ["Nom de {it}", "Titre de {it}", "Intitulé de {it}"],
        "es": ["Nombre de {it}", "Título de {it}"],
    },
    "agency": {
        "en": [
            "Agency responsible for {it}", "Agency responsible for the implementation of {it}",
            "Agency(ies) responsible for the implementation of {it}", "Name of agency responsible for the implementation of {it}",
            "Name of the agency responsible for the implementation of {it}", "Implementing agency of {it}",
        ],
        "fr": [
            "Organisme responsable de {it}", "Organisme responsable de la mise en œuvre de {it}",
            "Nom de l'organisme responsable de la mise en œuvre de {it}",
        ],
        "es": [
            "Organismo responsable de {it}", "Organismo responsable de la implementación de {it}",
            "Nombre del organismo responsable de la implementación de {it}",
        ],
    },
    "website": {
        "en": ["Website of {it}", "Website of {it}, if available", "Web site of {it}, if available"],
        "fr": [
            "Site web de {it}", "Site web de {it}, si possible", "Site web de {it}, si disponible",
            "Site internet de {it}, si disponible",
        ],
        "es": [
            "Sitio web de {it}", "Sitio web de {it}, si existe", "Sitio web de {it}, si está disponible",
            "Página web de {it}", "Página web de {it}, si está disponible",
        ],
    },
    "context": {
        "en": ["Context of {it}"], "fr": ["Contexte de {it}"], "es": ["Contexto de {it}"],
    },
    "objectives": {
        "en": ["Key objectives of {it}", "Main objectives of {it}", "Objectives of {it}", "Key objective of {it}"],
        "fr": ["Objectifs clefs de {it}", "Objectifs clés de {it}", "Principaux objectifs de {it}", "Objectifs de {it}"],
        "es": ["Objetivos clave de {it}", "Objetivos claves de {it}", "Principales objetivos de {it}", "Objetivos de {it}"],
    },
    "scope": {
        "en": ["Scope of {it}", "The scope of {it}"], "fr": ["Périmètre de {it}", "Portée de {it}"], "es": ["Alcance de {it}", "Ámbito de {it}"],
    },
    "nature": {
        "en": ["Nature of {it}", "The nature of {it}"], "fr": ["Nature de {it}"], "es": ["Naturaleza de {it}"],
    },
    "targets": {
        "en": ["Target(s) of {it}", "Target group(s) of {it}", "Specific target groups of {it}"],
        "fr": ["Cible(s) de {it}", "Groupe(s) cible(s) de {it}"],
        "es": ["Destinatarios de {it}", "Grupo(s) destinatario(s) de {it}"],
    },
    "features": {
        "en": [
            "Describe the main features of {it}", "Describe the main feature of {it}", "Main feature of {it}",
            "Main features of {it}", "Description of {it}", "Brief description of {it}",
            "What are the main features of {it}",
        ],
        "fr": [
            "Décrivez les principales caractéristiques de {it}", "Décrire les principales caractéristiques de {it}",
            "Principale caractéristique de {it}", "Principales caractéristiques de {it}", "Description de {it}",
            "Quelles sont les principales caractéristiques de {it}",
        ],
        "es": [
            "Describa las principales características de {it}", "Describir las principales características de {it}",
            "Describa las características principales de {it}", "Característica principal de {it}",
            "Características principales de {it}", "Principales características de {it}", "Descripción de {it}",
            "Cuáles son las principales características de {it}",
        ],
    },
    "challenges": {
        "en": ["Challenges identified in the implementation of {it}"],
        "fr": ["Défis identifiés dans la mise en œuvre de {it}", "Difficultés rencontrées dans la mise en œuvre de {it}"],
        "es": ["Desafíos identificados en la implementación de {it}", "Retos identificados en la implementación de {it}"],
    },
    "youth": {
        "en": ["Does it specifically target young people", "Does {it} specifically target young people"],
        "fr": ["S'adresse-t-elle spécifiquement aux jeunes", "Cible-t-elle spécifiquement les jeunes"],
        "es": ["Se dirige específicamente a los jóvenes", "Está dirigida específicamente a los jóvenes"],
    },
    "ifcd": {
        "en": [
            "Does it receive or has it received IFCD funding", "Does it receive / has it received IFCD funding",
            "Does it receive, or has it received, funding from the International Fund for Cultural Diversity",
            "Does {it} receive or has it received International Fund for Cultural Diversity (IFCD) funding",
        ],
        "fr": [
            "Reçoit-elle ou a-t-elle reçu un financement du FIDC",
            "Reçoit-elle ou a-t-elle reçu un financement du Fonds international pour la diversité culturelle",
        ],
        "es": [
            "Recibe o ha recibido financiación del FIDC",
            "Recibe o ha recibido financiación del Fondo Internacional para la Diversidad Cultural",
        ],
    },
    "results": {
        "en": [
            "What are the results achieved so far through the implementation of {it}",
            "Results achieved so far through the implementation of {it}",
            "Results achieved through the implementation of {it}",
            "What are the results achieved through the implementation of {it}",
            "Results expected through the implementation of {it}",
            "What are the results expected through the implementation of {it}",
            "Expected results of {it}", "Results of {it}",
        ],
        "fr": [
            "Quels sont les résultats atteints jusqu'à présent grâce à la mise en œuvre de {it}",
            "Quels sont les résultats obtenus jusqu'à présent grâce à la mise en œuvre de {it}",
            "Quels sont les résultats obtenus grâce à la mise en œuvre de {it}",
            "Résultats atteints jusqu'à présent grâce à la mise en œuvre de {it}",
            "Résultats attendus de la mise en œuvre de {it}", "Résultats escomptés de la mise en œuvre de {it}",
            "Résultats attendus grâce à la mise en œuvre de {it}", "Résultats de {it}",
        ],
        "es": [
            "Cuáles son los resultados alcanzados hasta ahora {through} de {it}",
            "Cuáles son los resultados logrados hasta ahora {through} de {it}",
            "Cuáles son los resultados obtenidos hasta ahora {through} de {it}",
            "Cuáles son los resultados alcanzados hasta la fecha {through} de {it}",
            "Cuáles son los resultados obtenidos hasta la fecha {through} de {it}",
            "Resultados esperados {through} de {it}", "Resultados alcanzados {through} de {it}",
            "Resultados obtenidos {through} de {it}", "Resultados de {it}",
        ],
    },
    "finance": {
        "en": [
            f"Financial resources allocated to {what}{unit}"
            for what in ("{it}", "implement {it}", "the implementation of {it}")
            for unit in ("", " in USD", " (in USD)", " in US dollars")
        ],
        "fr": [
            f"Ressources financières allouées à {what}{unit}"
            for what in ("{it}", "la mise en œuvre de {it}")
            for unit in ("", " en dollars américains", " en USD", " en dollars des États-Unis")
        ],
        "es": [
            f"Recursos financieros {given}{unit}"
            for given in (
                "asignados a {it}", "asignados para implementar {it}", "asignados para la implementación de {it}",
                "asignados a la implementación de {it}", "destinados a {it}", "asignados para la aplicación de {it}",
            )
            for unit in ("", " en USD", " en dólares estadounidenses", " en dólares americanos", " en dólares")
        ],
    },
    "partners": {
        "en": ["Partner(s) engaged in the implementation of {it}", "Partner(s) involved in the implementation of {it}"],
        "fr": [
            "Partenaire(s) engagé(s) dans la mise en œuvre de {it}",
            "Partenaires impliqués dans la mise en œuvre de {it}",
            "Partenaires engagés dans la mise en œuvre de {it}",
        ],
        "es": [
            f"{who} {how} en la {what} de {{it}}"
            for who in ("Socio(s)", "Asociado(s)")
            for how in ("comprometido(s)", "involucrado(s)", "implicado(s)", "que participan", "participante(s)")
            for what in ("implementación", "aplicación", "ejecución")
        ],
    },
    "partner_header": {
        "en": [
            "Name of partner", "Name of partner(s)", "Type of entity", "Name of partner Type of entity",
            "Type of entity Name of partner", "Name of the partner", "Name of the partner Type of entity",
        ],
        "fr": [
            "Nom du partenaire", "Type d'entité", "Nom du partenaire Type d'entité", "Type d'entité Nom du partenaire",
        ],
        "es": [
            "Nombre del socio", "Tipo de entidad", "Nombre del socio Tipo de entidad", "Tipo de entidad Nombre del socio",
            "Nombre del asociado", "Nombre del asociado Tipo de entidad",
        ],
    },
    "evaluated": {
        "en": ["Has the implementation of {it} been evaluated", "Has {it} been evaluated"],
        "fr": ["La mise en œuvre de {it} a-t-elle été évaluée", "{it} a-t-elle été évaluée"],
        "es": [
            "Se ha evaluado la implementación de {it}", "Se ha evaluado la aplicación de {it}", "Se ha evaluado {it}",
            "Ha sido evaluada la implementación de {it}", "Ha sido evaluada la aplicación de {it}",
            "La implementación de {it} ha sido evaluada", "La aplicación de {it} ha sido evaluada",
        ],
    },
    "conclusions": {
        "en": [
            "If yes, what are the main conclusions/recommendations", "If yes, what are the main conclusions",
            "If yes, what were the main conclusions/recommendations", "What are the main conclusions/recommendations",
            "Main conclusions of the implementation of {it}", "Main conclusions of the evaluation of {it}",
            "Main conclusions of the evaluation of the implementation of {it}", "Evaluation of {it}",
        ],
        "fr": [
            "Si oui, quelles sont les principales conclusions/recommandations",
            "Si oui, quelles sont les principales conclusions",
            "Quelles sont les principales conclusions/recommandations",
            "Principales conclusions de la mise en œuvre de {it}", "Principales conclusions de l'évaluation de {it}",
            "Évaluation de {it}",
        ],
        "es": [
            "En caso afirmativo, ¿cuáles son las principales conclusiones/recomendaciones",
            "Si la respuesta es afirmativa, ¿cuáles son las principales conclusiones/recomendaciones",
            "En caso afirmativo, ¿cuáles son las principales conclusiones",
            "Si es así, ¿cuáles son las principales conclusiones/recomendaciones",
            "Cuáles son las principales conclusiones/recomendaciones",
            "Principales conclusiones de la implementación de {it}", "Principales conclusiones de la evaluación de {it}",
            "Principales conclusiones de la aplicación de {it}", "Evaluación de {it}",
        ],
    },
    "goals": {
        "en": [
            "Goal(s) of UNESCO's 2005 Convention", "Goal(s) of the UNESCO 2005 Convention", "2005 Convention Goal(s)",
            "Goal(s) of the 2005 Convention", "2005 Convention Monitoring Framework Goal(s)",
        ],
        "fr": [
            "Objectif(s) de la Convention 2005 de l'UNESCO", "Objectif(s) de la Convention de 2005 de l'UNESCO",
            "Objectif(s) de la Convention de 2005", "Objectif(s) du cadre de suivi de la Convention de 2005",
        ],
        "es": [
            "Objetivo(s) de la Convención 2005 de la UNESCO", "Objetivo(s) de la Convención de 2005 de la UNESCO",
            "Objetivo(s) de la Convención de 2005", "Objetivo(s) del marco de seguimiento de la Convención de 2005",
        ],
    },
    "areas": {
        "en": ["Area(s) of Monitoring", "Monitoring area(s)"],
        "fr": ["Domaine(s) de suivi"],
        "es": ["Área(s) de seguimiento", "Ámbito(s) de seguimiento", "Área(s) de monitoreo"],
    },
    "sdgs": {
        "en": ["Sustainable Development Goal(s)"],
        "fr": ["Objectif(s) de développement durable"],
        "es": ["Objetivo(s) de Desarrollo Sostenible"],
    },
    "domains": {
        "en": ["Cultural Domain(s)", "Cultural Domain", "Cultural domains covered by {it}"],
        "fr": ["Domaines culturels", "Domaine culturel", "Domaine(s) culturel(s)", "Domaines culturels couverts par {it}"],
        "es": [
            "Dominios culturales", "Dominio cultural", "Dominio(s) cultural(es)", "Ámbitos culturales",
            "Dominios culturales cubiertos por {it}",
        ],
    },
    "priorities": {
        "en": ["Transversal Priority(ies)", "Transversal Priorities", "Transversal Priority"],
        "fr": ["Priorité(s) transversale(s)", "Priorités transversales", "Priorité transversale"],
        "es": ["Prioridad(es) transversal(es)", "Prioridades transversales", "Prioridad transversal"],
    },
}

# Captions that are also ordinary words: they count alone on a line, and only when no longer wording opens their field.
SHORT_WORDINGS: dict[str, dict[str, list[str]]] = {
    "results": {
        "en": ["Results achieved", "Results expected"],
        "fr": ["Résultats atteints", "Résultats obtenus", "Résultats attendus"],
        "es": ["Resultados alcanzados", "Resultados obtenidos", "Resultados esperados"],
    },
    "agency": {"en": ["Agency responsible"], "fr": ["Organisme responsable"], "es": ["Organismo responsable"]},
}

# Only before the form begins, or with a fitting value on the next line.
METADATA_WORDINGS: dict[str, dict[str, list[str]]] = {
    "where": {"en": ["Where"], "fr": ["Où"], "es": ["Dónde"]},
    "when": {"en": ["When"], "fr": ["Quand"], "es": ["Cuándo"]},
    "who": {"en": ["Who"], "fr": ["Qui"], "es": ["Quién", "Quiénes"]},
}

ORDER = [
    "name", "where", "when", "who", "agency", "website", "context", "objectives", "scope", "nature", "targets", "features",
    "challenges", "youth", "ifcd", "results", "finance", "partners", "partner_header", "evaluated", "conclusions", "goals",
    "areas", "sdgs", "domains", "priorities",
]
"""The fields as the forms ask for them."""

THROUGH = (
    "a través de la implementación", "a través de la aplicación", "mediante la aplicación", "mediante la implementación",
    "gracias a la implementación", "gracias a la aplicación", "con la implementación", "por la implementación",
)
