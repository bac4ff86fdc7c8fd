//! What is composed of bars: `[[bars]]`, `[[synchronizer]]`, `[[feature]]`, `[selection]`, and how
//! strategies take part.

use truebook_core::bars::feature::{SPAN_MAX, Span};
use truebook_core::bars::{
    BarSynchronizer, ExpectedSource, GapPolicy, Source, SyncMode, SynchronizerOptions, Timeframe,
};
use truebook_core::model::{Id, InvalidValue, NANOS_PER_SECOND, StrategyConfig};

use super::section::{Bare, Range, Section, Whole};
use super::{SettingsError, document};
use crate::strategy::{
    BarPlan, FeatureKind, Material, Opposed, PlannedBars, PlannedFeature, PlannedStrategy,
    PlannedSynchronizer, Selection, SelectionRule,
};

/// The keys of a strategy that say how it takes part.
pub(super) const TAKING_PART: [&str; 3] = ["synchronizer", "priority", "valid_ms"];
const MATERIALS: &str = "'trades', 'quotes', 'prices', or smaller bars such as 'BTC-USD_1m'";
const GAPS: &str = "'skip', 'last_known', 'interpolate' or 'fail'";
/// How long one bar stands for those that did not come, where nothing is said.
const AGE_SECONDS: u32 = 300;

/// The tables that compose.
const TABLES: [&str; 4] = ["bars", "synchronizer", "feature", "selection"];

impl BarPlan {
    /// Takes TOML `text` with nothing but `[[bars]]`, `[[synchronizer]]`, `[[feature]]` and
    /// `[selection]`, of `symbols`; `name` is the file's name in messages. Nothing is interpolated:
    /// what comes after a gap is not known.
    ///
    /// # Errors
    /// [`SettingsError`] names file and line, what was found and what is allowed.
    pub fn from_toml(name: &str, text: &str, symbols: &[Id]) -> Result<Self, SettingsError> {
        let root = document::parse(name, text)?;
        root.only(&TABLES)?;
        read(&root, symbols, &[], SyncMode::Live)
    }
}

/// What `root` composes of bars of `symbols`; its strategies are `strategies`. Where `mode` is that
/// of a replay, gaps may be interpolated.
pub(super) fn read(
    root: &Section,
    symbols: &[Id],
    strategies: &[StrategyConfig],
    mode: SyncMode,
) -> Result<BarPlan, SettingsError> {
    let bars = read_bars(root, symbols)?;
    let synchronizers = read_synchronizers(root, symbols, mode)?;
    Ok(BarPlan {
        features: read_features(root, &synchronizers)?,
        strategies: read_strategies(root, strategies, &synchronizers)?,
        selection: read_selection(&root.table("selection")?)?,
        bars,
        synchronizers,
    })
}

fn read_bars(root: &Section, symbols: &[Id]) -> Result<Vec<PlannedBars>, SettingsError> {
    let mut all: Vec<PlannedBars> = Vec::new();
    for section in root.tables("bars")? {
        section.only(&["source", "from"])?;
        let text = section.text("source", "a symbol and a timeframe")?;
        let text = section.required("source", text, "a symbol and a timeframe, such as SPY_5m")?;
        let source = source(&section, "source", text, symbols)?;
        if all.iter().any(|other| other.source == source) {
            let found = format!("'{source}' a second time");
            return Err(section.refuse("source", &found, "each source once"));
        }
        let from = section.text("from", MATERIALS)?;
        let from = match section.required("from", from, MATERIALS)? {
            "trades" => Material::Trades,
            "quotes" => Material::Quotes,
            "prices" => Material::Prices,
            text => Material::Bars(smaller(&section, source, text)?),
        };
        all.push(PlannedBars { source, from });
    }
    Ok(all)
}

/// The timeframe of the smaller bars that `text` names.
fn smaller(section: &Section, of: Source, text: &str) -> Result<Timeframe, SettingsError> {
    let found: Option<Source> = text.parse().ok();
    let fits = |from: &Source| {
        let (large, small) = (of.timeframe.ns(), from.timeframe.ns());
        from.symbol == of.symbol && large > small && large % small == 0
    };
    match found.filter(fits) {
        Some(from) => Ok(from.timeframe),
        None => Err(section.refuse(
            "from",
            &format!("'{text}' for {of}"),
            &format!("{MATERIALS}, of the same symbol, that divide {of}"),
        )),
    }
}

fn source(
    section: &Section,
    key: &str,
    text: &str,
    symbols: &[Id],
) -> Result<Source, SettingsError> {
    let source: Source = text
        .parse()
        .map_err(|error: InvalidValue| section.refuse(key, &error.found, &error.allowed))?;
    if symbols.contains(&source.symbol) {
        return Ok(source);
    }
    let known: Vec<&str> = symbols.iter().map(Id::as_str).collect();
    let allowed = format!("a symbol that is registered: {}", known.join(", "));
    Err(section.refuse(key, &format!("'{text}'"), &allowed))
}

fn read_synchronizers(
    root: &Section,
    symbols: &[Id],
    mode: SyncMode,
) -> Result<Vec<PlannedSynchronizer>, SettingsError> {
    let mut all: Vec<PlannedSynchronizer> = Vec::new();
    for section in root.tables("synchronizer")? {
        section.only(&[
            "name",
            "expected_sources",
            "timeout_ms",
            "require_all",
            "gap",
            "gap_seconds",
            "gaps",
            "open_sets_max",
            "future_ms",
            "waits_for_holes",
        ])?;
        let name = section.required("name", section.id("name")?, "a string of 1 to 96 bytes")?;
        if all.iter().any(|other| other.name == name) {
            let found = format!("'{name}' a second time");
            return Err(section.refuse("name", &found, "each name once"));
        }
        let planned = PlannedSynchronizer {
            name,
            expected: read_expected(&section, symbols)?,
            options: read_options(&section, mode)?,
        };
        // What does not fit together is refused here, by the file's line.
        BarSynchronizer::new(planned.expected.clone(), planned.options).map_err(|error| {
            let InvalidValue {
                what,
                found,
                allowed,
            } = error;
            section.refuse("expected_sources", &format!("{what} {found}"), &allowed)
        })?;
        all.push(planned);
    }
    Ok(all)
}

fn read_expected(section: &Section, symbols: &[Id]) -> Result<Vec<ExpectedSource>, SettingsError> {
    let allowed = "a list of sources, such as \"SPY_1m\"";
    let names = section.required(
        "expected_sources",
        section.ids("expected_sources")?,
        allowed,
    )?;
    let seconds = Whole {
        min: 0,
        max: u32::MAX,
    };
    let seconds = section
        .whole("gap_seconds", seconds)?
        .unwrap_or(AGE_SECONDS);
    let usual = section.text("gap", GAPS)?.unwrap_or("skip");
    let usual = gap(section, "gap", usual, seconds)?;
    let own = section.table("gaps")?;
    let listed: Vec<&str> = names.iter().map(Id::as_str).collect();
    own.only(&listed)?;
    let each = names.iter().map(|name| {
        let said = own.text(name.as_str(), GAPS)?;
        let said = said.map(|text| gap(&own, name.as_str(), text, seconds));
        Ok(ExpectedSource {
            gap: said.transpose()?.unwrap_or(usual),
            ..ExpectedSource::from(source(section, "expected_sources", name.as_str(), symbols)?)
        })
    });
    each.collect()
}

fn gap(section: &Section, key: &str, text: &str, seconds: u32) -> Result<GapPolicy, SettingsError> {
    match text {
        "skip" => Ok(GapPolicy::Skip),
        "last_known" => Ok(GapPolicy::LastKnown {
            age_max_ns: i64::from(seconds).saturating_mul(NANOS_PER_SECOND),
        }),
        "interpolate" => Ok(GapPolicy::Interpolate),
        "fail" => Ok(GapPolicy::Fail),
        other => Err(section.refuse(key, &format!("'{other}'"), GAPS)),
    }
}

fn read_options(section: &Section, mode: SyncMode) -> Result<SynchronizerOptions, SettingsError> {
    let usual = SynchronizerOptions::default();
    let any = Whole {
        min: 0,
        max: u32::MAX,
    };
    let sets = Whole { min: 1, max: 4_096 };
    let open_sets = section.whole("open_sets_max", sets)?;
    let open_sets = open_sets.and_then(|sets| usize::try_from(sets).ok());
    Ok(SynchronizerOptions {
        timeout_ms: section
            .whole("timeout_ms", any)?
            .unwrap_or(usual.timeout_ms),
        require_all: section.flag("require_all")?.unwrap_or(usual.require_all),
        open_sets_max: open_sets.unwrap_or(usual.open_sets_max),
        future_ms: section.whole("future_ms", any)?.unwrap_or(usual.future_ms),
        waits_for_holes: section
            .flag("waits_for_holes")?
            .unwrap_or(usual.waits_for_holes),
        mode,
    })
}

fn read_features(
    root: &Section,
    synchronizers: &[PlannedSynchronizer],
) -> Result<Vec<PlannedFeature>, SettingsError> {
    let mut all: Vec<PlannedFeature> = Vec::new();
    for section in root.tables("feature")? {
        section.only(&["name", "kind", "source", "sources", "span"])?;
        let name = section.required("name", section.id("name")?, "a string of 1 to 96 bytes")?;
        if all.iter().any(|other| other.name == name) {
            let found = format!("'{name}' a second time");
            return Err(section.refuse("name", &found, "each name once"));
        }
        let names = FeatureKind::ALL
            .map(|(own, _)| format!("'{own}'"))
            .join(", ");
        let kind = section.required("kind", section.text("kind", &names)?, &names)?;
        let kind = FeatureKind::named(kind)
            .map_err(|error| section.refuse("kind", &error.found, &error.allowed))?;
        all.push(PlannedFeature {
            name,
            kind,
            sources: read_feature_sources(&section, kind, synchronizers)?,
            span: read_span(&section, kind)?,
        });
    }
    Ok(all)
}

fn read_span(section: &Section, kind: FeatureKind) -> Result<Span, SettingsError> {
    let range = Whole {
        min: 1,
        max: SPAN_MAX,
    };
    let found = section.whole("span", range)?;
    let bars = match (kind.has_span(), found) {
        (true, None) => return section.required("span", None, "a number of bars"),
        (false, Some(bars)) => {
            let found = format!("{bars} for a kind that looks over no bars");
            return Err(section.refuse("span", &found, "no span"));
        }
        (_, bars) => bars.unwrap_or(1),
    };
    Span::new(bars).map_err(|error| section.refuse("span", &error.found, &error.allowed))
}

/// One source, or two; of one synchronizer.
fn read_feature_sources(
    section: &Section,
    kind: FeatureKind,
    synchronizers: &[PlannedSynchronizer],
) -> Result<Vec<Source>, SettingsError> {
    let (key, allowed) = match kind.sources() {
        1 => ("source", "one source, as source = \"SPY_1m\""),
        _ => (
            "sources",
            "two sources, as sources = [\"SPY_1m\", \"QQQ_1m\"]",
        ),
    };
    let other = if key == "source" { "sources" } else { "source" };
    if section.keys().any(|known| known == other) {
        return Err(section.refuse(other, "it", allowed));
    }
    let names: Vec<String> = match key {
        "source" => section
            .text(key, allowed)?
            .map(str::to_owned)
            .into_iter()
            .collect(),
        _ => {
            let names = section.ids("sources")?.unwrap_or_default();
            names.iter().map(Id::to_string).collect()
        }
    };
    if names.len() != kind.sources() {
        let found = (!names.is_empty()).then(|| section.refuse(key, &names.join(", "), allowed));
        return found.map_or_else(|| section.required(key, None, allowed), Err);
    }
    let sources: Vec<Source> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let has_all = |one: &PlannedSynchronizer| {
        let mut each = sources.iter();
        each.all(|source| one.expected.iter().any(|known| known.source == *source))
    };
    if sources.len() == names.len() && synchronizers.iter().any(has_all) {
        return Ok(sources);
    }
    let known: Vec<String> = synchronizers
        .iter()
        .map(|one| {
            let all: Vec<String> = one.expected.iter().map(|e| e.source.to_string()).collect();
            format!("{}: {}", one.name, all.join(", "))
        })
        .collect();
    let allowed = match known.is_empty() {
        true => "sources of a [[synchronizer]]; there is none".to_owned(),
        false => format!("sources of one [[synchronizer]] ({})", known.join("; ")),
    };
    Err(section.refuse(key, &format!("'{}'", names.join("', '")), &allowed))
}

fn read_strategies(
    root: &Section,
    strategies: &[StrategyConfig],
    synchronizers: &[PlannedSynchronizer],
) -> Result<Vec<PlannedStrategy>, SettingsError> {
    let known = BarPlan {
        synchronizers: synchronizers.to_vec(),
        ..BarPlan::default()
    };
    let mut all = Vec::new();
    for (section, config) in root.tables("strategy")?.iter().zip(strategies) {
        let usual = PlannedStrategy::new(config.name);
        let any = Whole {
            min: 0,
            max: u32::MAX,
        };
        let synchronizer = section.id("synchronizer")?;
        if let Some(name) = &synchronizer {
            known
                .synchronizer(name)
                .map_err(|error| section.refuse("synchronizer", &error.found, &error.allowed))?;
        }
        let is_outside = config.kind == truebook_core::model::StrategyKind::External;
        let order = match is_outside {
            true => section.number("order_usd", Range::Positive, Bare::Refused)?,
            false => None,
        };
        let priority = Whole {
            min: 0,
            max: i32::MAX.unsigned_abs(),
        };
        let priority = section.whole("priority", priority)?.unwrap_or(0);
        let planned = PlannedStrategy {
            synchronizer,
            priority: i32::try_from(priority).unwrap_or(i32::MAX),
            valid_ms: section.whole("valid_ms", any)?,
            order_notional: order,
            ..usual
        };
        if planned != usual {
            all.push(planned);
        }
    }
    Ok(all)
}

fn read_selection(section: &Section) -> Result<Selection, SettingsError> {
    section.only(&["rule", "opposed"])?;
    Ok(Selection {
        rule: section
            .choice("rule", &SelectionRule::ALL)?
            .unwrap_or_default(),
        opposed: section
            .choice("opposed", &Opposed::ALL)?
            .unwrap_or_default(),
    })
}
