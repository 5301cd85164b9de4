//! temp
use std::{fmt::Write as _, io::Read, time::Instant};
use wharf_catalog::import::*;
struct Rows(u64, u64, String, usize);
impl Read for Rows {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.3 == self.2.len() {
            self.2.clear();
            self.3 = 0;
            for _ in 0..100.min(self.1 - self.0) {
                write!(self.2, "SKU-{}", self.0).unwrap();
                self.0 += 1;
                for i in 0..30 {
                    self.2.push_str(["\tshort value", "\t12.5", "\ttrue", "\t\"red, large, and long enough to be a sentence\"", "\ta|b|c"][i % 5]);
                }
                self.2.push('\n');
            }
        }
        let l = out.len().min(self.2.len() - self.3);
        out[..l].copy_from_slice(&self.2.as_bytes()[self.3..self.3 + l]);
        self.3 += l;
        Ok(l)
    }
}
fn main() {
    let (mut m, mut h) = (String::from("[attributes]\n"), String::from("sku"));
    for i in 0..30 {
        write!(h, "\ta{i}").unwrap();
        writeln!(m, "a{i} = {{ column = \"a{i}\", type = \"{}\", separator = \"|\" }}", ["text", "number", "flag", "text", "list"][i % 5]).unwrap();
    }
    h.push('\n');
    let mapping: ImportMapping = toml::from_str(&m).unwrap();
    let total: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let start = Instant::now();
    let mut imp = Importer::open(h.as_bytes().chain(Rows(0, total, String::new(), 0)), &mapping, ImportLimits::default()).unwrap();
    while let Some(b) = imp.next_batch(500).unwrap() { assert!(b.errors.is_empty(), "{}", b.errors[0]); }
    let spent = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{} rows {:.2} us/row {}", imp.summary().accepted, spent * 1e6 / total as f64, status.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
