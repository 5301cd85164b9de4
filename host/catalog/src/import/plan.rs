//! A mapping resolved against the columns that a file has: what to read from where, decided once.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    columns,
    convert::Converter,
    error::FileError,
    headers::{self, Meaning},
    mapping::{
        ColumnRule, Empty, FilterRule, HeaderRule, ImageRule, ImportMapping, Kind, MappingError, ModelRule,
        PackedRule, Unmapped, ValueRule, VariantsRule,
    },
};

/// What every row goes through.
#[derive(Debug)]
pub(super) struct Plan {
    mapping: ImportMapping,
    names: Vec<String>,
    columns: HashMap<String, usize>,
    pub(super) key: usize,
    pub(super) filters: Vec<(usize, Vec<String>)>,
    pub(super) model: Model,
    /// In order: of two that fill the same value, the first that is not empty wins.
    pub(super) targets: Vec<Target>,
    pub(super) unmapped: Vec<String>,
}

/// Which rows are models.
#[derive(Debug)]
pub(super) enum Model {
    Unsaid,
    All(bool),
    Where(usize, Vec<String>),
}

/// One thing to fill from one source.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) source: Source,
    pub(super) default: Option<String>,
    pub(super) converter: Converter,
    pub(super) role: Role,
}

#[derive(Debug)]
pub(super) enum Source {
    Column(usize),
    Constant(String),
}

/// What is filled.
#[derive(Debug)]
pub(super) enum Role {
    Attribute { key: String, unit: Option<usize> },
    Price { list: String, currency: String },
    Images { rule: ImageRule, alt: Option<usize> },
    Stock { location: String },
    Pairs { rule: PackedRule, types: BTreeMap<String, Converter> },
    Variants(VariantsRule),
    Parent,
    Status,
    Family,
    Categories,
}

/// What a column by its name alone comes to.
enum Found {
    Target(usize, Box<Target>),
    Ignored,
    Unmapped,
}

impl Plan {
    /// Resolves `mapping` against the header of a file, or refuses the file as a whole.
    pub(super) fn for_header(mapping: &ImportMapping, header: Vec<String>) -> Result<Self, FileError> {
        mapping.check()?;
        let missing = columns::missing(mapping, &header);
        if !missing.is_empty() {
            return Err(FileError::MissingColumns { missing });
        }
        let mut plan = Self::new(mapping.clone());
        for name in header {
            plan.add(name);
        }
        plan.resolve()?;
        plan.refuse_duplicates()?;
        plan.resolve_headers()?;
        Ok(plan)
    }

    /// Resolves `mapping` where columns are met row by row, as in JSON Lines.
    pub(super) fn open_ended(mapping: &ImportMapping) -> Result<Self, FileError> {
        mapping.check()?;
        let mut plan = Self::new(mapping.clone());
        for (column, _) in mapping.named_columns() {
            plan.add(column.to_owned());
        }
        plan.resolve()?;
        Ok(plan)
    }

    fn new(mapping: ImportMapping) -> Self {
        Self {
            mapping,
            names: Vec::new(),
            columns: HashMap::new(),
            key: 0,
            filters: Vec::new(),
            model: Model::Unsaid,
            targets: Vec::new(),
            unmapped: Vec::new(),
        }
    }

    pub(super) fn name(&self, column: usize) -> &str {
        self.names.get(column).map_or("", String::as_str)
    }

    pub(super) fn width(&self) -> usize {
        self.names.len()
    }

    pub(super) fn clears_empty(&self) -> bool {
        self.mapping.empty == Empty::Clear
    }

    pub(super) fn mapping(&self) -> &ImportMapping {
        &self.mapping
    }

    /// The index of a column met in a row; a new one gets a meaning first.
    pub(super) fn meet(&mut self, name: &str) -> Result<usize, FileError> {
        if let Some(column) = self.columns.get(name) {
            return Ok(*column);
        }
        match self.meaning(name, self.names.len())? {
            Found::Target(_, target) => self.targets.push(*target),
            Found::Ignored => {}
            Found::Unmapped if self.mapping.unmapped == Unmapped::Refuse => {
                return Err(FileError::UnmappedColumns { columns: vec![name.to_owned()] });
            }
            Found::Unmapped => self.unmapped.push(name.to_owned()),
        }
        Ok(self.add(name.to_owned()))
    }

    fn add(&mut self, name: String) -> usize {
        let column = self.names.len();
        self.columns.entry(name.clone()).or_insert(column);
        self.names.push(name);
        column
    }

    /// The column's index; a column that may be lacking and is gets one that no cell has.
    fn column(&self, name: &str) -> usize {
        self.columns.get(name).copied().unwrap_or(usize::MAX)
    }

    fn resolve(&mut self) -> Result<(), FileError> {
        let mapping = self.mapping.clone();
        self.key = self.column(&mapping.sku);
        for FilterRule { column, is } in &mapping.filter {
            let column = self.column(column);
            self.filters.push((column, is.clone()));
        }
        self.model = match &mapping.model {
            None => Model::Unsaid,
            Some(ModelRule::All(all)) => Model::All(*all),
            Some(ModelRule::Where(rule)) => Model::Where(self.column(&rule.column), rule.is.clone()),
        };
        self.resolve_product(&mapping)?;
        self.resolve_lists(&mapping);
        Ok(())
    }

    fn resolve_product(&mut self, mapping: &ImportMapping) -> Result<(), FileError> {
        let single = [
            (&mapping.parent, Role::Parent),
            (&mapping.status, Role::Status),
            (&mapping.family, Role::Family),
            (&mapping.categories, Role::Categories),
        ];
        for (rule, role) in single {
            if let Some(rule) = rule {
                self.push_rule(rule, role)?;
            }
        }
        for (key, rule) in &mapping.attributes {
            let unit = rule.0.unit_column.as_deref().map(|column| self.column(column));
            self.push_rule(rule, Role::Attribute { key: key.clone(), unit })?;
        }
        for (location, rule) in &mapping.stock {
            self.push_rule(rule, Role::Stock { location: location.clone() })?;
        }
        Ok(())
    }

    fn resolve_lists(&mut self, mapping: &ImportMapping) {
        for rule in &mapping.prices {
            let value = ValueRule { numbers: rule.numbers, on_error: rule.on_error, ..ValueRule::default() };
            let role = Role::Price { list: rule.list.clone(), currency: rule.currency.clone() };
            self.push_column(&rule.column, &value, role);
        }
        for rule in &mapping.images {
            let value = ValueRule { on_error: rule.on_error, ..ValueRule::default() };
            let alt = rule.alt_column.as_deref().map(|column| self.column(column));
            self.push_column(&rule.column, &value, Role::Images { rule: rule.clone(), alt });
        }
        for rule in &mapping.packed {
            let types = rule.types.iter();
            let types = types.map(|(key, rule)| (key.clone(), Converter::new(&rule.0, mapping))).collect();
            self.push_column(&rule.column, &ValueRule::default(), Role::Pairs { rule: rule.clone(), types });
        }
        if let Some(rule) = &mapping.variants {
            self.push_column(&rule.column, &ValueRule::default(), Role::Variants(rule.clone()));
        }
    }

    fn push_rule(&mut self, rule: &ColumnRule, role: Role) -> Result<(), FileError> {
        let converter = Converter::new(&rule.0, &self.mapping);
        let source = match (&rule.0.column, &rule.0.value) {
            (Some(column), _) => Source::Column(self.column(column)),
            (None, constant) => Source::Constant(constant.clone().unwrap_or_default()),
        };
        if let (Source::Constant(text), Role::Attribute { key, .. }) = (&source, &role) {
            converter
                .value(text, "")
                .map_err(|fault| MappingError::Constant { rule: key.clone(), reason: fault.message })?;
        }
        self.targets.push(Target { source, default: rule.0.default.clone(), converter, role });
        Ok(())
    }

    fn push_column(&mut self, column: &str, value: &ValueRule, role: Role) {
        let source = Source::Column(self.column(column));
        let converter = Converter::new(value, &self.mapping);
        self.targets.push(Target { source, default: None, converter, role });
    }

    fn refuse_duplicates(&self) -> Result<(), FileError> {
        for (name, _) in self.mapping.named_columns() {
            let count = self.names.iter().filter(|other| *other == name).count();
            if count > 1 {
                return Err(FileError::DuplicateColumn { column: name.into(), count });
            }
        }
        Ok(())
    }

    /// Gives a meaning to the columns that no rule names.
    fn resolve_headers(&mut self) -> Result<(), FileError> {
        let claimed: HashSet<&str> = self.mapping.named_columns().into_iter().map(|(name, _)| name).collect();
        let (mut ranked, mut unmapped) = (Vec::new(), Vec::new());
        for (column, name) in
            self.names.iter().enumerate().filter(|(_, name)| !claimed.contains(name.as_str()))
        {
            match self.meaning(name, column)? {
                Found::Target(rank, target) => ranked.push((rank, *target)),
                Found::Ignored => {}
                Found::Unmapped => unmapped.push(name.clone()),
            }
        }
        if self.mapping.unmapped == Unmapped::Refuse && !unmapped.is_empty() {
            return Err(FileError::UnmappedColumns { columns: unmapped });
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        self.targets.extend(ranked.into_iter().map(|(_, target)| target));
        self.unmapped = unmapped;
        Ok(())
    }

    /// What a column that no rule names fills, with its rank among those that fill the same.
    fn meaning(&self, name: &str, column: usize) -> Result<Found, FileError> {
        let ignored = self.mapping.ignore.iter().any(|pattern| columns::matches_pattern(pattern, name));
        if name.is_empty() || ignored {
            return Ok(Found::Ignored);
        }
        let Some(rule) = &self.mapping.headers else { return Ok(Found::Unmapped) };
        Ok(match headers::meaning(name, rule, &self.mapping)? {
            Meaning::Value { key, code, rank } => {
                let unit = self.columns.get(&format!("{code}-unit")).copied();
                let value = self.header_value(rule, &code, unit);
                Found::Target(rank, self.header_target(column, &value, Role::Attribute { key, unit }))
            }
            Meaning::Price { list, currency, rank } => {
                let role = Role::Price { list, currency };
                Found::Target(rank, self.header_target(column, &ValueRule::default(), role))
            }
            Meaning::Unit => Found::Ignored,
            Meaning::Unknown => Found::Unmapped,
        })
    }

    fn header_value(&self, rule: &HeaderRule, code: &str, unit: Option<usize>) -> ValueRule {
        let mut value = rule.types.get(code).map(|rule| rule.0.clone()).unwrap_or_default();
        if unit.is_some() {
            value.kind = Kind::Measure;
            value.translate.extend(rule.units.clone());
        }
        value
    }

    fn header_target(&self, column: usize, value: &ValueRule, role: Role) -> Box<Target> {
        Box::new(Target {
            source: Source::Column(column),
            default: value.default.clone(),
            converter: Converter::new(value, &self.mapping),
            role,
        })
    }
}
