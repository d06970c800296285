//! `HEALTHCHECK`: the command that finds out whether a container works.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::{Common, Health};
use fromtier_image::config::Healthcheck;

use super::Dispatch;
use crate::history::Layer;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn healthcheck(
        &mut self,
        stage: &mut Stage,
        common: &Common,
        health: Health,
    ) -> Result<()> {
        self.check_once(&mut stage.built.healthcheck, common);
        let message = format!(
            "HEALTHCHECK {{Test:[{}] Interval:{} Timeout:{} StartPeriod:{} StartInterval:{} Retries:{}}}",
            health.test.join(" "),
            duration(health.interval),
            duration(health.timeout),
            duration(health.start_period),
            duration(health.start_interval),
            health.retries,
        );
        stage.commit(message, Layer::Empty, self.epoch);
        stage.built.image.config.healthcheck = Some(Healthcheck {
            test: Some(health.test),
            interval: health.interval,
            timeout: health.timeout,
            start_period: health.start_period,
            start_interval: health.start_interval,
            retries: health.retries,
        });
        Ok(())
    }
}

/// Nanoseconds as Go writes a duration: `1h2m3.5s`, `1.5ms`, `0s`.
fn duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let n = nanos.unsigned_abs();
    let decimals = |value: u64, unit: u64| {
        let digits = unit.ilog10() as usize;
        let fraction = format!("{:0digits$}", value % unit);
        match fraction.trim_end_matches('0') {
            "" => (value / unit).to_string(),
            fraction => format!("{}.{fraction}", value / unit),
        }
    };
    const SECOND: u64 = 1_000_000_000;
    match n {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{n}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", decimals(n, 1_000)),
        1_000_000..SECOND => format!("{sign}{}ms", decimals(n, 1_000_000)),
        _ => {
            let seconds = decimals(n % (60 * SECOND), SECOND);
            let (hours, minutes) = (n / SECOND / 3600, n / SECOND / 60 % 60);
            match (hours, minutes) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, m) => format!("{sign}{m}m{seconds}s"),
                (h, m) => format!("{sign}{h}h{m}m{seconds}s"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_in_go() {
        for (nanos, text) in [
            (0, "0s"),
            (30_000_000_000, "30s"),
            (90_000_000_000, "1m30s"),
            (3_600_000_000_000, "1h0m0s"),
            (5_400_500_000_000, "1h30m0.5s"),
            (1_500_000, "1.5ms"),
            (2_000, "2µs"),
            (7, "7ns"),
            (-1_000_000_000, "-1s"),
        ] {
            assert_eq!(duration(nanos), text);
        }
    }
}
