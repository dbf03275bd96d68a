import pytest
from support.html_pages import HOSTILE
from support.sample_pages import full_page

from pages import render


@pytest.fixture(scope="session")
def hostile_html() -> str:
    return render(full_page(HOSTILE))


@pytest.fixture(scope="session")
def plain_html() -> str:
    return render(full_page("plain words"))
