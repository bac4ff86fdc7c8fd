//! The curves of a session as SVG: equity above, each strategy's PnL below.

use plotters::coord::Shift;
use plotters::prelude::*;
use truebook::paper::EquityPoint;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Draws the curves.
pub(crate) fn draw(points: &[EquityPoint], names: &[String]) -> Result<String, Fault> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (1_000, 640)).into_drawing_area();
        root.fill(&WHITE).map_err(text)?;
        let (upper, lower) = root.split_vertically(320);
        let equity: Vec<f64> = points.iter().map(|point| to_float(point.equity)).collect();
        panel(&upper, "Equity", points, &[("equity".to_owned(), equity)])?;
        let curve = |index: usize| {
            let pnl =
                |point: &EquityPoint| point.strategies.get(index).map_or(0.0, |v| to_float(*v));
            points.iter().map(pnl).collect::<Vec<f64>>()
        };
        let curves: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(index, name)| (name.clone(), curve(index)))
            .collect();
        panel(&lower, "PnL after fees", points, &curves)?;
        root.present().map_err(text)?;
    }
    Ok(svg)
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    points: &[EquityPoint],
    curves: &[(String, Vec<f64>)],
) -> Result<(), Fault> {
    let all = curves.iter().flat_map(|(_, values)| values.iter().copied());
    let (low, high) = all.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    let (low, high) = if low <= high { (low, high) } else { (0.0, 0.0) };
    let pad = ((high - low) * 0.05).max(1e-6);
    let hours: Vec<f64> = points.iter().map(|point| hours(point, points)).collect();
    let end = hours.last().copied().unwrap_or(1.0).max(1e-6);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..end, (low - pad)..(high + pad))
        .map_err(text)?;
    let mut mesh = chart.configure_mesh();
    mesh.light_line_style(TRANSPARENT)
        .x_desc("hours since the first bar")
        .y_desc("reporting currency")
        .draw()
        .map_err(text)?;
    for (index, (name, values)) in curves.iter().enumerate() {
        let style = Palette99::pick(index).stroke_width(2);
        let line = hours.iter().copied().zip(values.iter().copied());
        chart
            .draw_series(LineSeries::new(line, style))
            .map_err(text)?
            .label(name.clone())
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 16, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.7))
        .draw()
        .map_err(text)
}

fn hours(point: &EquityPoint, points: &[EquityPoint]) -> f64 {
    let first = points.first().map_or(point.ts, |first| first.ts);
    let seconds = point.ts.since_ns(first) / 1_000_000_000;
    u32::try_from(seconds).map_or(0.0, f64::from) / 3_600.0
}

/// Reporting money as a float, for drawing only.
fn to_float(amount: i128) -> f64 {
    truebook::money(amount).to_string().parse().unwrap_or(0.0)
}

fn text(error: impl std::fmt::Display) -> Fault {
    error.to_string().into()
}
