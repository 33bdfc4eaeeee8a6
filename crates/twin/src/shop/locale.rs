//! Where a made-up shop may stand: its towns, streets, number plan and how people write its country.

/// One country.
#[derive(Debug)]
pub(super) struct Locale {
    /// ISO 3166, two letters.
    pub code: &'static str,
    /// IANA time zone.
    pub time_zone: &'static str,
    /// Country as a counter writes it; empty ones are real.
    pub written: &'static [&'static str],
    /// Town and the beginning of its post codes.
    pub towns: &'static [(&'static str, &'static str)],
    /// Street names.
    pub streets: &'static [&'static str],
    /// House number before the street.
    pub number_first: bool,
    /// Ending of firms' names.
    pub firm: &'static str,
    /// Post codes have a second half as `1AA`.
    pub inward_code: bool,
    /// Numbers.
    pub phones: Phones,
}

/// A country's number plan, as far as the shop needs it.
#[derive(Debug)]
pub(super) struct Phones {
    /// Calling code without `+`.
    pub calling: &'static str,
    /// Digit dialled before a national number, or nothing.
    pub trunk: &'static str,
    /// Leading digits of mobiles, and how many digits follow.
    pub mobile: (&'static [&'static str], u32),
    /// Leading digits of land lines, and how many digits follow.
    pub landline: (&'static [&'static str], u32),
    /// Digits (without trunk) that people keep together at the front.
    pub area: usize,
}

/// The country by its code; Great Britain when unknown.
pub(super) fn of(code: &str) -> &'static Locale {
    LOCALES
        .iter()
        .copied()
        .find(|locale| locale.code.eq_ignore_ascii_case(code))
        .unwrap_or(&BRITAIN)
}

static LOCALES: [&Locale; 4] = [&BRITAIN, &STATES, &GERMANY, &SPAIN];

static BRITAIN: Locale = Locale {
    code: "GB",
    time_zone: "Europe/London",
    written: &[
        "United Kingdom",
        "United Kingdom",
        "UK",
        "England",
        "Great Britain",
        "uk",
        "",
        "",
    ],
    towns: &[
        ("Leeds", "LS1"),
        ("Bradford", "BD1"),
        ("York", "YO1"),
        ("Wakefield", "WF1"),
        ("Harrogate", "HG1"),
        ("Manchester", "M1"),
    ],
    streets: &[
        "High Street",
        "Station Road",
        "Park Avenue",
        "Mill Lane",
        "Church Street",
        "Victoria Road",
        "The Green",
        "King's Walk",
    ],
    number_first: true,
    firm: "Ltd",
    inward_code: true,
    phones: Phones {
        calling: "44",
        trunk: "0",
        mobile: (&["740", "741", "742", "743", "744", "747", "748", "749"], 7),
        landline: (&["1132", "1612"], 6),
        area: 4,
    },
};

static STATES: Locale = Locale {
    code: "US",
    time_zone: "America/Denver",
    written: &["United States", "USA", "US", "U.S.A.", "America", ""],
    towns: &[
        ("Denver", "802"),
        ("Boulder", "803"),
        ("Aurora", "800"),
        ("Golden", "804"),
        ("Fort Collins", "805"),
    ],
    streets: &[
        "Main St",
        "Elm Street",
        "Washington Ave",
        "2nd Street",
        "Maple Drive",
        "Colfax Ave",
        "Lakeview Rd",
    ],
    number_first: true,
    firm: "LLC",
    inward_code: false,
    phones: Phones {
        calling: "1",
        trunk: "",
        mobile: (&["3037", "7203", "9704", "7196", "3038", "7209"], 6),
        landline: (&["3033", "7205"], 6),
        area: 3,
    },
};

static GERMANY: Locale = Locale {
    code: "DE",
    time_zone: "Europe/Berlin",
    written: &["Deutschland", "Germany", "DE", "deutschland", "BRD", ""],
    towns: &[
        ("Berlin", "101"),
        ("Köln", "506"),
        ("Leipzig", "041"),
        ("Münster", "481"),
        ("Düsseldorf", "402"),
    ],
    streets: &[
        "Hauptstraße",
        "Bahnhofstraße",
        "Gartenweg",
        "Schillerplatz",
        "Am Mühlbach",
        "Lindenallee",
    ],
    number_first: false,
    firm: "GmbH",
    inward_code: false,
    phones: Phones {
        calling: "49",
        trunk: "0",
        mobile: (&["1511", "1512", "1515", "1516"], 7),
        landline: (&["302", "303", "304"], 7),
        area: 4,
    },
};

static SPAIN: Locale = Locale {
    code: "ES",
    time_zone: "Europe/Madrid",
    written: &["España", "Spain", "ES", "espana", "ESPAÑA", ""],
    towns: &[
        ("Madrid", "280"),
        ("Málaga", "290"),
        ("Cádiz", "110"),
        ("Córdoba", "140"),
        ("Valencia", "460"),
    ],
    streets: &[
        "Calle Mayor",
        "Avenida de la Constitución",
        "Plaza del Sol",
        "Calle Nueva",
        "Paseo Marítimo",
    ],
    number_first: false,
    firm: "S.L.",
    inward_code: false,
    phones: Phones {
        calling: "34",
        trunk: "",
        mobile: (&["61", "62", "63", "64", "65", "66"], 7),
        landline: (&["912", "913", "915"], 6),
        area: 3,
    },
};
