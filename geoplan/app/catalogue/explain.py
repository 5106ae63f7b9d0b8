"""One indicator explained: what it measures, what is open, what plans ask for, what to write."""

from collections.abc import Iterator

from geoplan.app.catalogue.example_table import example_toml
from geoplan.app.catalogue.rows import CatalogueEntry, DocumentTarget, Statement, catalogue_sources
from geoplan.app.plan.indicators import open_parameters
from geoplan.app.plan.registry import ANALYSES
from geoplan.core.texts import catalogue, text


def explain(entry: CatalogueEntry, lang: str, *, level: int = 1) -> str:
    """
    Explain an indicator, as Markdown.

    Parameters
    ----------
    entry : CatalogueEntry
        The indicator.
    lang : {"en", "zh"}
        The language; quotes stay Chinese.
    level : int
        Level of its heading.

    Returns
    -------
    str
        A section: definition, open parameters, layers, pitfalls, targets by document, sources, and
        an example for the plan file.
    """
    other = "en" if lang == "zh" else "zh"
    heading = f"{'#' * level} `{entry.id}`: {entry.title[lang]} · {entry.title[other]}"
    facts = text(
        "catalogue.words.computed",
        lang,
        strength=text(f"catalogue.strength.{entry.strength}", lang),
        analysis=entry.analysis,
        direction=text(f"catalogue.direction.{entry.direction}", lang),
    )
    blocks = [heading, facts]
    if entry.analysis not in ANALYSES:
        blocks.append(text("catalogue.words.lacking", lang, analysis=entry.analysis))
    if entry.missing:
        blocks.append(_titled("missing", _prose(entry.missing[lang]), lang))
    blocks += [
        _titled("formula", _prose(entry.formula[lang]), lang),
        *_parameters(entry, lang),
        *([_titled("left_open", _prose(entry.left_open[lang]), lang)] if entry.left_open else []),
        _layers(entry, lang),
        *([_titled("pitfalls", _prose(entry.pitfalls[lang]), lang)] if entry.pitfalls else []),
        _asked(entry, lang),
        *_listed("disagreements", _disagreements(entry, lang), lang),
        *_listed("standards", _standards(entry, lang), lang),
    ]
    example = example_toml(entry, lang)
    if example:
        title = text("catalogue.section.example", lang)
        blocks.append(f"**{title}**\n\n```toml\n{example}\n```")
    return "\n\n".join(blocks) + "\n"


def _titled(key: str, words: str, lang: str) -> str:
    return f"**{text(f'catalogue.section.{key}', lang)}.** {words}"


def _listed(key: str, lines: Iterator[str], lang: str) -> list[str]:
    listed = [f"- {line}" for line in lines]
    return ["\n".join([f"**{text(f'catalogue.section.{key}', lang)}**", "", *listed])] * bool(
        listed
    )


def _prose(words: str) -> str:
    """Keep a sign from being read as Markdown's own."""
    return words.replace("*", "\\*") if words.count("*") % 2 else words


def _parameters(entry: CatalogueEntry, lang: str) -> Iterator[str]:
    if entry.analysis in ANALYSES:
        keys = open_parameters(entry)
        if keys:
            yield from _listed(
                "open", (f"`{key}`: {_meaning(key, entry, lang)}" for key in keys), lang
            )
        else:
            yield _titled("open", text("catalogue.words.nothing_open", lang), lang)
    for section, values in (("fixed", entry.fixed), ("defaults", entry.defaults)):
        if values:
            shown = ", ".join(f"`{key}` = {value}" for key, value in values.items())
            yield _titled(section, shown.replace("'", '"'), lang)


def _meaning(key: str, entry: CatalogueEntry, lang: str) -> str:
    known = catalogue(lang).get(f"catalogue.keys.{key}")
    return known or ANALYSES[entry.analysis].table.model_fields[key].description or ""


def _layers(entry: CatalogueEntry, lang: str) -> str:
    known = catalogue_sources().layers

    def named(names: list[str]) -> str:
        words = (known[name].zh if lang == "zh" else known[name].en for name in names)
        return "; ".join(f"`{name}` ({word})" for name, word in zip(names, words, strict=True))

    line = named(entry.required)
    if entry.optional:
        line += f". *{text('catalogue.section.optional', lang)}:* {named(entry.optional)}"
    return _titled("layers", line, lang)


def _asked(entry: CatalogueEntry, lang: str) -> str:
    if not entry.statements:
        return _titled("targets", text("catalogue.words.no_statement", lang), lang)
    heads = ("document", "says", "year", "force", "quote", "place")
    rows = [[text(f"catalogue.table.{head}", lang) for head in heads], ["---"] * len(heads)]
    for statement in entry.statements:
        targets: list[DocumentTarget | None] = [*statement.targets]
        rows += [_row(statement, target, lang) for target in targets or [None]]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"**{text('catalogue.section.targets', lang)}**", "", *lines])


def _row(statement: Statement, target: DocumentTarget | None, lang: str) -> list[str]:
    source = catalogue_sources().documents[statement.document]
    says = statement.says[lang]
    if target is not None:
        about = f" ({target.about[lang]})" if target.about else ""
        says = f"`{target.target}`{about}: {says}"
        if target.analysis:
            says += f"; {text('catalogue.words.otherwise', lang, analysis=target.analysis)}"
        if target.excludes:
            names = "、".join(target.excludes)
            says += f"; {text('catalogue.words.without', lang, names=names)}"
    if statement.baseline:
        said = text("catalogue.words.baseline", lang, baseline=statement.baseline[lang])
        says += f"; {said}"
    year = str((target.year if target else None) or statement.year or "–")
    if target is not None and target.year is not None and not target.year_printed:
        year += f" ({text('catalogue.words.not_printed', lang)})"
    force = text(f"catalogue.force.{target.force or 'unstated'}", lang) if target else "–"
    quotes = []
    for quote in statement.quotes:
        reading = text(f"catalogue.reading.{quote.reading}", lang)
        quotes.append(f"“{_cell(quote.text)}”" + (f" *{reading}*" if reading else ""))
    place = _cell(statement.place)
    return [source.short[lang], _cell(says), year, force, " … ".join(quotes), place]


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("*", "\\*")


def _disagreements(entry: CatalogueEntry, lang: str) -> Iterator[str]:
    documents = catalogue_sources().documents
    for one in entry.disagreements:
        yield f"{documents[one.document].short[lang]}: {one.words[lang]}"


def _standards(entry: CatalogueEntry, lang: str) -> Iterator[str]:
    for key in entry.standards:
        standard = catalogue_sources().standards[key]
        yield f"{standard.name} [{standard.confidence}]: {standard.says[lang]}"
