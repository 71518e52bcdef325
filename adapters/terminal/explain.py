"""What the matcher saw, in lines a maintainer can read: words, candidates, signals, the gate that decided."""

from __future__ import annotations

from bot.moment import Draft

LEAST = 0.02  # of the words' lead, in score, that a word must carry to be named


def explanation(draft: Draft) -> str:
    """The explanation of a draft; says so where no matching took place."""
    ranking, verdict = draft.ranking, draft.verdict
    if ranking is None:
        return f"outcome    {draft.reply.outcome.value}: decided before matching (guard, command, choice or follow-up)"
    reading = ranking.reading
    out = [f"words      {' '.join(reading.words)}"]
    facts = {
        "mended": ", ".join(f"{wrong} -> {right}" for wrong, right in reading.mended),
        "repaired": ", ".join(f"{wrong} -> {right}" for wrong, right in ranking.repaired),
        "added": ", ".join(reading.extra),
        "concepts": ", ".join(" ".join(reading.words[a:b]) for a, b, _ in reading.concepts),
        "nations": ", ".join(nation.value for nation in reading.nations),
        "negated": "yes" if reading.negated else "",
        "uncovered": ", ".join(ranking.uncovered),
        "unknown": ", ".join(ranking.unknown),
    }
    out += [f"{name:10s} {value}" for name, value in facts.items() if value]
    for number, candidate in enumerate(ranking.candidates, start=1):
        out.append(f"{number:>2}. {candidate.score:6.3f}  {candidate.entry}  (nearest: {candidate.phrasing})")
    why = ranking.why()
    if why.carried:
        telling = [f"{word} {change:+.2f}" for word, change in why.carried if abs(change) >= LEAST]
        out.append(f"carried    {', '.join(telling) or 'no single word'} (of the lead in words over the second)")
        lost = f"; does not know: {', '.join(why.lacks)}" if why.lacks else ""
        out.append(f"runner-up  {why.runner_up}, {ranking.margin:.2f} behind{lost}")
    if ranking.best:
        out += [f"signal     {s.name} {s.value:.3f}  {s.detail}".rstrip() for s in ranking.best.signals]
    out.append(f"confidence {ranking.confidence:.3f}, margin {ranking.margin:.3f}, field {ranking.field_share:.2f}")
    if verdict is not None:
        out.append(f"gate       {verdict.zone.value}: {verdict.gate}")
    out.append(f"outcome    {draft.reply.outcome.value}")
    return "\n".join(out)
