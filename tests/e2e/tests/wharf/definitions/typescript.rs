//! The contract's types in TypeScript, one file for each interface of `wit/`, in the shapes that componentize-qjs gives
//! them: no value is `null`, every integer is a `number`, lists are arrays and lists of bytes `Uint8Array`.
//!
//! jco generates types as well, but for another engine: 64-bit integers as `bigint`, no value as `undefined`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use anyhow::{Context as _, bail};
use wit_parser::{
    Docs, Function, Interface, InterfaceId, PackageId, Resolve, Type, TypeDef, TypeDefKind, TypeId,
    TypeOwner, WorldItem,
};

const HEADER: &str =
    "// Made from `wit/` by a test of Wharf's; see `tests/e2e/tests/wharf/definitions`. Do not edit.\n\n";

/// The world that exports every ability.
const EVERYTHING: &str = "abilities";

/// The definitions' files by name.
pub(super) fn files(resolve: &Resolve, package: PackageId) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for (name, id) in &resolve.packages[package].interfaces {
        files.insert(format!("{name}.ts"), Definitions::new(resolve, *id).file(name)?);
    }
    files.insert("imports.d.ts".into(), imports(resolve, package)?);
    Ok(files)
}

/// The modules that the host gives a connector: interfaces with functions that no connector exports.
fn imports(resolve: &Resolve, package: PackageId) -> anyhow::Result<String> {
    let of = &resolve.packages[package];
    let world = of.worlds.get(EVERYTHING).context("there is no world of all abilities")?;
    let is_exported = |id: InterfaceId| {
        let mut exports = resolve.worlds[*world].exports.values();
        exports.any(|item| matches!(item, WorldItem::Interface { id: exported, .. } if *exported == id))
    };
    let mut text = HEADER.to_owned();
    for (name, id) in &of.interfaces {
        if resolve.interfaces[*id].functions.is_empty() || is_exported(*id) {
            continue;
        }
        let module = resolve.id_of(*id).context("an interface without a name")?;
        let functions = pascal(name);
        writeln!(text, "declare module \"{module}\" {{")?;
        writeln!(text, "  const functions: import(\"./{name}.js\").{functions};")?;
        writeln!(text, "  export default functions;\n}}\n")?;
    }
    Ok(format!("{}\n", text.trim_end()))
}

/// One interface becoming a file.
struct Definitions<'a> {
    resolve: &'a Resolve,
    id: InterfaceId,
}

impl<'a> Definitions<'a> {
    fn new(resolve: &'a Resolve, id: InterfaceId) -> Self {
        Self { resolve, id }
    }

    fn interface(&self) -> &'a Interface {
        &self.resolve.interfaces[self.id]
    }

    fn file(&self, name: &str) -> anyhow::Result<String> {
        let mut text = HEADER.to_owned();
        let used = self.used()?;
        for (module, names) in &used {
            let names = names.iter().cloned().collect::<Vec<_>>().join(", ");
            writeln!(text, "import type {{ {names} }} from \"./{module}.js\";")?;
        }
        if !used.is_empty() {
            text.push('\n');
        }
        for (name, id) in &self.interface().types {
            let definition = &self.resolve.types[*id];
            if self.origin(definition).is_none() {
                document(&mut text, "", &definition.docs, None);
                text.push_str(&self.definition(&pascal(name), definition)?);
                text.push('\n');
            }
        }
        self.functions(&mut text, name)?;
        Ok(format!("{}\n", text.trim_end()))
    }

    /// What comes from other interfaces: the names by module.
    fn used(&self) -> anyhow::Result<BTreeMap<&'a str, BTreeSet<String>>> {
        let mut used = BTreeMap::<_, BTreeSet<_>>::new();
        for (name, id) in &self.interface().types {
            let Some(origin) = self.origin(&self.resolve.types[*id]) else { continue };
            let TypeOwner::Interface(owner) = origin.owner else { bail!("`{name}` belongs to a world") };
            let module = self.resolve.interfaces[owner].name.as_deref().context("no name")?;
            let there = pascal(origin.name.as_deref().context("no name")?);
            let here = pascal(name);
            let both = if there == here { here } else { format!("{there} as {here}") };
            used.entry(module).or_default().insert(both);
        }
        Ok(used)
    }

    /// The type of another interface that this one stands for.
    fn origin(&self, definition: &TypeDef) -> Option<&'a TypeDef> {
        let TypeDefKind::Type(Type::Id(id)) = definition.kind else { return None };
        let origin = &self.resolve.types[id];
        (origin.owner != definition.owner).then_some(origin)
    }

    fn definition(&self, name: &str, definition: &TypeDef) -> anyhow::Result<String> {
        let mut text = String::new();
        match &definition.kind {
            TypeDefKind::Record(record) => {
                writeln!(text, "export interface {name} {{")?;
                for field in &record.fields {
                    document(&mut text, "  ", &field.docs, None);
                    writeln!(text, "  {}: {};", camel(&field.name), self.shown(&field.ty)?)?;
                }
                text.push_str("}\n");
            }
            TypeDefKind::Variant(variant) => {
                let cases = variant.cases.iter().map(|case| {
                    let value = case.ty.as_ref().map(|ty| self.shown(ty)).transpose()?;
                    let value = value.map(|value| format!("; val: {value}")).unwrap_or_default();
                    Ok((&case.docs, format!("{{ tag: \"{}\"{value} }}", case.name)))
                });
                union(&mut text, name, &cases.collect::<anyhow::Result<Vec<_>>>()?);
            }
            TypeDefKind::Enum(choice) => {
                let cases = choice.cases.iter().map(|case| (&case.docs, format!("\"{}\"", case.name)));
                union(&mut text, name, &cases.collect::<Vec<_>>());
            }
            kind => writeln!(text, "export type {name} = {};", self.of_kind(kind)?)?,
        }
        Ok(text)
    }

    fn functions(&self, text: &mut String, name: &str) -> anyhow::Result<()> {
        let interface = self.interface();
        if interface.functions.is_empty() {
            return Ok(());
        }
        let own = pascal(name);
        anyhow::ensure!(
            !interface.types.keys().any(|ty| pascal(ty) == own),
            "`{name}` has a type of its name"
        );
        document(text, "", &interface.docs, None);
        writeln!(text, "export interface {own} {{")?;
        for function in interface.functions.values() {
            self.function(text, function)?;
        }
        text.push_str("}\n");
        Ok(())
    }

    fn function(&self, text: &mut String, function: &Function) -> anyhow::Result<()> {
        let parameters = function
            .params
            .iter()
            .map(|parameter| Ok(format!("{}: {}", camel(&parameter.name), self.shown(&parameter.ty)?)));
        let parameters = parameters.collect::<anyhow::Result<Vec<_>>>()?.join(", ");
        let (given, thrown) = self.outcome(function)?;
        document(text, "  ", &function.docs, thrown.as_deref());
        writeln!(text, "  {}({parameters}): {given};", camel(&function.name))?;
        Ok(())
    }

    /// What a function returns, and what it throws: the engine turns an error into an exception and back.
    fn outcome(&self, function: &Function) -> anyhow::Result<(String, Option<String>)> {
        let Some(result) = &function.result else { return Ok(("void".into(), None)) };
        if let Type::Id(id) = result
            && let TypeDefKind::Result(result) = &self.resolve.types[*id].kind
        {
            return Ok((self.optional(result.ok.as_ref())?, Some(self.optional(result.err.as_ref())?)));
        }
        Ok((self.shown(result)?, None))
    }

    fn optional(&self, ty: Option<&Type>) -> anyhow::Result<String> {
        ty.map_or_else(|| Ok("void".into()), |ty| self.shown(ty))
    }

    fn shown(&self, ty: &Type) -> anyhow::Result<String> {
        Ok(match ty {
            Type::Bool => "boolean".into(),
            Type::Char | Type::String => "string".into(),
            Type::Id(id) => self.named(*id)?,
            Type::ErrorContext => bail!("an error context has no form here yet"),
            _ => "number".into(),
        })
    }

    fn named(&self, id: TypeId) -> anyhow::Result<String> {
        let definition = &self.resolve.types[id];
        match &definition.name {
            Some(name) => Ok(pascal(name)),
            None => self.of_kind(&definition.kind),
        }
    }

    fn of_kind(&self, kind: &TypeDefKind) -> anyhow::Result<String> {
        Ok(match kind {
            TypeDefKind::Type(ty) => self.shown(ty)?,
            TypeDefKind::Option(ty) => format!("{} | null", self.shown(ty)?),
            TypeDefKind::List(Type::U8) => "Uint8Array".into(),
            TypeDefKind::List(ty) => match self.shown(ty)? {
                union if union.contains(" | ") => format!("({union})[]"),
                element => format!("{element}[]"),
            },
            TypeDefKind::Tuple(tuple) => {
                let parts = tuple.types.iter().map(|ty| self.shown(ty)).collect::<Result<Vec<_>, _>>()?;
                format!("[{}]", parts.join(", "))
            }
            other => bail!("{} has no form here yet", other.as_str()),
        })
    }
}

/// Cases on lines of their own where one is explained, otherwise as many a line as there are.
fn union(text: &mut String, name: &str, cases: &[(&Docs, String)]) {
    if cases.iter().all(|(docs, _)| docs.is_empty()) {
        let line = cases.iter().map(|(_, case)| case.as_str()).collect::<Vec<_>>().join(" | ");
        text.push_str(&format!("export type {name} = {line};\n"));
        return;
    }
    text.push_str(&format!("export type {name} =\n"));
    for (docs, case) in cases {
        document(text, "  ", docs, None);
        text.push_str(&format!("  | {case}\n"));
    }
    text.truncate(text.trim_end().len());
    text.push_str(";\n");
}

fn document(text: &mut String, indent: &str, docs: &Docs, thrown: Option<&str>) {
    let thrown = thrown.map(|thrown| format!("@throws {{{thrown}}}"));
    let said =
        docs.contents.iter().flat_map(|docs| docs.trim().lines()).map(|line| line.trim_end().to_owned());
    let lines: Vec<String> = said.chain(thrown).map(|line| line.replace("*/", "* /")).collect();
    match lines.as_slice() {
        [] => {}
        [line] => text.push_str(&format!("{indent}/** {line} */\n")),
        lines => {
            text.push_str(&format!("{indent}/**\n"));
            for line in lines {
                text.push_str(format!("{indent} * {line}").trim_end());
                text.push('\n');
            }
            text.push_str(&format!("{indent} */\n"));
        }
    }
}

fn pascal(name: &str) -> String {
    name.split('-').map(capitalized).collect()
}

fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &capitalized(word))
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
