"""When buildings of each architectural style were commonly built: an era for photos without years.

The years are those by which the works named below date a style, or those of the events named;
negative is BC. They were entered from general knowledge of these works and not checked against
their pages: whoever finds one wrong corrects it here, and the next model has it. A style lives on
in places longer than its period says, and revivals of one are photographed as the style itself, so
an era made of periods is a first orientation and is told to be one.
"""

from types import MappingProxyType

from training.models.definition import Period

_MCALESTER = "McAlester, A Field Guide to American Houses (2nd edition, 2013)"

STYLE_PERIODS = MappingProxyType(
    {
        "achaemenid": Period(
            -550, -330, "the empire, from Cyrus II to Alexander: Encyclopaedia Iranica"
        ),
        "american_craftsman": Period(1905, 1930, _MCALESTER),
        "american_foursquare": Period(
            1890, 1930, "Gowans, The Comfortable House: North American Suburban Architecture (1986)"
        ),
        "ancient_egyptian": Period(
            -2686, -30, "Old Kingdom to the last Ptolemy: Shaw, Oxford History of Ancient Egypt"
        ),
        "art_deco": Period(1920, 1940, f"Modernistic, in {_MCALESTER}"),
        "art_nouveau": Period(
            1890, 1914, "Curl and Wilson, The Oxford Dictionary of Architecture (2015)"
        ),
        "baroque": Period(1600, 1750, "Wittkower, Art and Architecture in Italy, 1600 to 1750"),
        "bauhaus": Period(1919, 1933, "Droste, Bauhaus, 1919-1933"),
        "beaux_arts": Period(1861, 1930, f"from the Paris Opera's begin; its end by {_MCALESTER}"),
        "byzantine": Period(
            330, 1453, "Constantinople's foundation and fall: Mango, Byzantine Architecture (1974)"
        ),
        "chicago_school": Period(
            1875, 1925, "Condit, The Chicago School of Architecture: 1875-1925 (1964)"
        ),
        "colonial": Period(1600, 1850, f"Postmedieval English to Spanish Colonial: {_MCALESTER}"),
        "deconstructivism": Period(
            1978, 2020, "from Gehry's own house, as in Johnson and Wigley (MoMA, 1988); still built"
        ),
        "edwardian": Period(1901, 1914, "Service, Edwardian Architecture (1977): reign, up to war"),
        "georgian": Period(
            1714, 1830, "reigns of four Georges: Summerson, Architecture in Britain 1530-1830"
        ),
        "gothic": Period(1130, 1530, "Wilson, The Gothic Cathedral: the Great Church 1130-1530"),
        "greek_revival": Period(
            1760, 1870, "Crook, The Greek Revival: British Architecture 1760-1870 (1972)"
        ),
        "international": Period(
            1922, 1972, "Hitchcock and Johnson (1932) for its begin, Jencks (1977) for its end"
        ),
        "novelty": Period(
            1881, 2010, "from Lucy the Elephant, Margate; Heimann, California Crazy (1980)"
        ),
        "palladian": Period(
            1540, 1780, "Palladio's first villas to late English ones: Tavernor (1991)"
        ),
        "postmodern": Period(1960, 2000, "Klotz, The History of Postmodern Architecture (1988)"),
        "queen_anne": Period(
            1860, 1910, f"Girouard, Sweetness and Light, 1860-1900; its end by {_MCALESTER}"
        ),
        "romanesque": Period(
            950,
            1200,
            "the later part of Conant, Carolingian and Romanesque Architecture, 800 to 1200",
        ),
        "russian_revival": Period(1830, 1917, "Ton's churches to the revolution: Brumfield (1993)"),
        "tudor_revival": Period(1860, 1940, f"from Norman Shaw; its end by {_MCALESTER}"),
    }
)
