"""A small pretend knowledge, about bread, on which the Telegram tests stand."""

from __future__ import annotations

from pathlib import Path

TOPIC = """\
topic:
  id: bread
  title: Bread
  owner: bakers
  review_every_months: 24
  help: [{nations: [uk], name: The Bakers, for: anything about bread, url: "https://bakers.example/", checked: 2026-01-01}]
entries:
  - id: what-is-bread
    question: What is bread?
    phrasings: [what is bread, tell me what bread is, what is a loaf made of]
    answers:
      - nations: [uk]
        status: practice
        lead: Bread is baked dough.
        points:
          - "Dough is flour & water, and it rests for a night in a cool place before anybody touches it again."
          - "Yeast lifts it, which takes an hour in a warm kitchen and up to a day in the cold of a cellar."
          - "Salt is not needed, though most people find that a loaf without it tastes of rather little."
          - "Ovens were shared in villages, and the day on which a family baked was fixed for the whole year."
          - "The <crust> keeps it fresh for some days, and a cloth over the cut side does for a day more."
        plain: Bread is flour and water. You bake it.
        caution: Hot bread burns.
        sources:
          - {title: Bakers, url: "https://bakers.example/bread?a=1&b=2", dated: 2025-01-02}
          - {title: Millers, url: "https://millers.example/"}
        known_to: 2026-06
    see_also: [flour-rules]
  - id: flour-rules
    question: Which rules hold for flour?
    phrasings: [which rules hold for flour, flour rules, what are the rules on flour]
    answers:
      - nations: [scotland]
        status: in-force
        from: 2016-06-01
        lead: Flour must be sieved twice.
        sources: [{title: Flour Act, url: "https://law.example/flour"}]
        known_to: 2026-06
      - nations: [england, wales]
        status: in-force
        from: 2015
        lead: Flour must be sieved once.
        sources: [{title: Flour Rules, url: "https://law.example/rules"}]
        known_to: 2026-06
    see_also: []
  - id: which-oven
    question: Which oven have you got?
    phrasings: [how do I heat my oven, heating the oven, how hot must the oven be]
    choice:
      ask: Which oven have you got?
      options: [{label: A gas oven, entry: gas-oven}, {label: A wood oven, entry: wood-oven}]
    see_also: []
"""
SIMPLE = """\
  - id: {id}
    question: {question}
    phrasings: [{phrasings}]
    answers:
      - nations: [uk]
        status: practice
        lead: {lead}
        sources: [{{title: Bakers, url: "https://bakers.example/{id}"}}]
        known_to: 2026-06
    see_also: []
"""
SIMPLES = (
    ("gas-oven", "How is a gas oven heated?", "how is a gas oven heated, gas oven heat", "Light the gas oven early."),
    (
        "wood-oven",
        "How is a wood oven heated?",
        "how is a wood oven heated, wood oven heat",
        "Burn wood for two hours.",
    ),
    ("rye-price", "What does rye cost?", "what does rye cost, price of rye", "Rye costs little."),
    ("yeast-age", "How old may yeast be?", "how old may yeast be, age of yeast", "Yeast keeps for a month."),
    ("salt-share", "How much salt goes in?", "how much salt goes in, share of salt", "Salt is two parts in a hundred."),
    ("cellar-damp", "Is a damp cellar bad?", "is a damp cellar bad, damp in the cellar", "A damp cellar spoils grain."),
)
QUESTIONS = {entry: question for entry, question, _, _ in SIMPLES}
LEADS = {entry: lead for entry, _, _, lead in SIMPLES}
GRAINS = ("oats", "barley", "spelt", "millet", "teff", "maize", "rice", "sorghum", "emmer", "einkorn")
LONG = """\
topic: {id: grain, title: Grain, owner: millers, review_every_months: 24}
entries:
"""
GUARDS = """\
guards:
  - id: crisis
    outcome: signposted
    always: true
    keep_text: false
    patterns: [want to die]
    fires: [I want to die]
    says: {lead: "Call 999. I have kept nothing of that message."}
"""
LANGUAGE = """\
scaffold: [what, which, how, is, the, a, and, in, for, do, does]
places: {scotland: [edinburgh], wales: [cardiff], northern-ireland: [belfast], england: [leeds]}
modifiers:
  more: [more]
  simpler: [simpler]
  sources: ["source"]
  connectors: [and, and in, in, what about]
"""


def write(folder: Path) -> Path:
    """The knowledge as files in a folder."""
    (folder / "topics").mkdir(parents=True)
    simples = "".join(SIMPLE.format(id=i, question=q, phrasings=p, lead=lead) for i, q, p, lead in SIMPLES)
    (folder / "topics" / "bread.yaml").write_text(TOPIC + simples)
    grown = "".join(
        SIMPLE.format(
            id=f"grow-{g}", question=f"Where is {g} grown?", phrasings=f"where is {g} grown", lead=f"{g} grows."
        )
        for g in GRAINS
    )
    (folder / "topics" / "grain.yaml").write_text(LONG + grown)
    (folder / "guards.yaml").write_text(GUARDS)
    (folder / "language.yaml").write_text(LANGUAGE)
    return folder
