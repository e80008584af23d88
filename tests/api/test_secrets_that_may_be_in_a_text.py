"""Of very many secrets, those are looked for that may be in a text in some form; none that is in it is left out."""

from hypothesis import given
from hypothesis.strategies import lists, sampled_from, text

from vidra.api.redaction import _forms, hidden, possible


@given(text(min_size=1), sampled_from(range(10)), lists(text(min_size=1), max_size=5))
def test_a_secret_in_any_form_is_possible(secret: str, form: int, others: list[str]) -> None:
    forms = sorted(_forms(secret))
    shown = f"refused: {forms[form % len(forms)]}."
    secrets = [*others, secret]
    assert secret in possible(shown, secrets)
    assert hidden(shown, possible(shown, secrets), len(shown)) == hidden(shown, secrets, len(shown))


def test_what_is_not_there_costs_nothing() -> None:
    assert possible("the name web is wrong", ["correct-horse", "battery"]) == []
