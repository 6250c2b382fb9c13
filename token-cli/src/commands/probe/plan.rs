//! What is to be asked: the servers and paths that the arguments name.

use token_core::endpoint::WELL_KNOWN_PATHS;

use super::ProbeArgs;
use super::target::{Target, check_path};
use crate::error::CliError;
use crate::redacted;

/// What is to be asked: servers in the order in which they were named, each once.
pub(super) struct Plan {
    pub(super) target: Target,
    pub(super) paths: Vec<String>,
}

pub(super) fn plan(args: &ProbeArgs) -> Result<Vec<Plan>, CliError> {
    let mut urls = args.urls.clone();
    if let Some(list) = &args.list {
        let bytes = crate::input::read_bytes(list.as_os_str())?;
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        urls.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    if urls.is_empty() {
        return Err(CliError::Nothing("--list: expected at least one URL, found none".to_owned()));
    }
    for path in &args.path {
        let wrong = |found| {
            CliError::Usage(format!("--path {}: expected /path, found {found}", redacted::text(path)))
        };
        check_path(path).map_err(wrong)?;
        if path.is_empty() {
            return Err(wrong("nothing"));
        }
    }
    let usual: Vec<String> = match &*args.path {
        [] => WELL_KNOWN_PATHS.iter().map(|path| (*path).to_owned()).collect(),
        own => own.to_vec(),
    };
    let mut plans: Vec<Plan> = Vec::new();
    for url in &urls {
        let (target, path) = Target::parse(url).map_err(CliError::Usage)?;
        let paths = path.map_or_else(|| usual.clone(), |path| vec![path]);
        let index = plans.iter().position(|plan| plan.target == target).unwrap_or_else(|| {
            plans.push(Plan { target, paths: Vec::new() });
            plans.len() - 1
        });
        for path in paths {
            if !plans[index].paths.contains(&path) {
                plans[index].paths.push(path);
            }
        }
    }
    Ok(plans)
}
