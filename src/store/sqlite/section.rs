use super::catalog::{ColumnInfo, TableInfo};
use super::roles::Roles;
use super::schema::{Leases, Role};
use crate::profile::{Candidates, Constants, LeaseColumns};

/// One section of the profile in the table that it speaks of.
pub(super) struct Section<'r, 'a> {
    roles: &'r mut Roles<'a>,
    name: &'static str,
    table: &'r TableInfo,
}

/// A role, and the column that plays it.
pub(super) type Played<'c> = (&'static str, &'c ColumnInfo);

impl<'r, 'a> Section<'r, 'a> {
    pub(super) fn new(roles: &'r mut Roles<'a>, name: &'static str, table: &'r TableInfo) -> Self {
        Self { roles, name, table }
    }

    /// The first column of these names that the table has.
    pub(super) fn column(&mut self, role: &str, names: &Candidates) -> Option<ColumnInfo> {
        let names = names.as_slice();
        let column = names.iter().find_map(|name| self.table.column(name)).cloned();
        self.note(role, names, column.as_slice());
        column
    }

    /// Every column of these names that the table has, each once.
    pub(super) fn columns(&mut self, role: &str, names: &Candidates) -> Vec<ColumnInfo> {
        let names = names.as_slice();
        let mut columns: Vec<ColumnInfo> = Vec::new();
        for name in names {
            if let Some(column) = self.table.column(name)
                && !columns.iter().any(|found| found.name == column.name)
            {
                columns.push(column.clone());
            }
        }
        self.note(role, names, &columns);
        columns
    }

    /// A role that this queue cannot have.
    pub(super) fn absent(&mut self, role: &str) -> Option<ColumnInfo> {
        self.show(role, &[]);
        None
    }

    /// A role that only some queues can have.
    pub(super) fn only_where(
        &mut self,
        possible: bool,
        role: &str,
        names: &Candidates,
    ) -> Option<ColumnInfo> {
        if possible {
            self.column(role, names)
        } else {
            self.absent(role)
        }
    }

    /// What says up to when the holder may be silent: the moments, or a start and a length.
    pub(super) fn lease(&mut self, names: &LeaseColumns) -> Leases {
        let role = "lease";
        match names {
            LeaseColumns::Moments(names) => Leases {
                moments: self.columns(role, names),
                span: None,
            },
            LeaseColumns::Span(span) => {
                let names = [&span.start, &span.seconds];
                let found = names.map(|name| self.table.column(name).cloned());
                self.show(role, found.iter().flatten());
                for (name, column) in names.into_iter().zip(&found) {
                    if column.is_none() {
                        self.miss(role, std::slice::from_ref(name));
                    }
                }
                let [start, seconds] = found;
                if let (Some(start), Some(seconds)) = (&start, &seconds)
                    && start.name == seconds.name
                {
                    self.refuse(role, start, "is both the start and the length: name two columns");
                }
                Leases {
                    moments: Vec::new(),
                    span: start.zip(seconds).map(|(start, seconds)| [start, seconds]),
                }
            }
        }
    }

    pub(super) fn needed(&mut self, role: &str, names: &Candidates) -> Option<ColumnInfo> {
        let column = self.column(role, names);
        let names = names.as_slice();
        let missed = !names.is_empty() && self.asks_for(&format!("columns.{role}"));
        if column.is_none() && !missed {
            self.miss(role, names);
        }
        column
    }

    /// The id: one column, or where the profile's own list names all columns of a key, these together.
    pub(super) fn id(&mut self, names: &Candidates) -> rusqlite::Result<Option<ColumnInfo>> {
        let together = match names {
            Candidates::Any(names) if self.asks_for("columns.id") => self.together(names),
            _ => None,
        };
        let id = match together {
            Some(columns) if self.table.are_key(self.roles.conn, &columns)? => {
                self.show("id", columns.iter().copied());
                Some(ColumnInfo::together(&columns))
            }
            _ => self.needed("id", names),
        };
        if let Some(id) = &id
            && self.table.rowid().is_none()
            && self.table.key_columns().is_empty()
        {
            self.refuse(
                "id",
                id,
                "addresses no row: the table has neither a row id nor a primary key",
            );
        }
        Ok(id)
    }

    /// What names a task, whose id may be several columns together.
    pub(super) fn task(&mut self, names: &Candidates, id: &[ColumnInfo]) -> Option<ColumnInfo> {
        let count = id.len();
        if count == 0 {
            return self.needed("task", names);
        }
        let Some(columns) = self
            .together(names.as_slice())
            .filter(|columns| columns.len() == count)
        else {
            self.roles.problems.push(format!(
                "{}.task: expected the {count} columns that name a task, in the order of tasks.id; {}",
                self.name,
                self.table.describe()
            ));
            return None;
        };
        self.show("task", columns.iter().copied());
        for (column, part) in columns.iter().zip(id) {
            if !column.is_written_like(part) {
                let why = format!(
                    "is declared otherwise than {}, which it names: where an id is several columns, both have to be texts, whole \
                     numbers or bytes",
                    part.name
                );
                self.refuse("task", column, &why);
            }
        }
        Some(ColumnInfo::together(&columns))
    }

    /// These columns, where the table has every one of them and they are several.
    fn together<'n>(&self, names: &'n [String]) -> Option<Vec<&'n ColumnInfo>>
    where
        Self: 'n,
    {
        let columns: Option<Vec<_>> = names.iter().map(|name| self.table.column(name)).collect();
        columns.filter(|columns| {
            let is_again = |(place, column): (usize, &&ColumnInfo)| {
                columns.iter().take(place).any(|other| other.name == column.name)
            };
            columns.len() > 1 && !columns.iter().enumerate().any(is_again)
        })
    }

    /// A needed column that we have to be able to write.
    pub(super) fn written(&mut self, role: &str, names: &Candidates) -> Option<ColumnInfo> {
        let column = self.needed(role, names)?;
        if column.generated {
            self.refuse(role, &column, "is a generated column, which nobody can write");
        }
        Some(column)
    }

    /// Columns that a reap changes for no role of theirs. Those asked for must exist, and must not be among `kept` nor
    /// of the key; of the built-in ones such are left out. A generated column is SQLite's to fill.
    pub(super) fn changed(&mut self, list: &str, names: &[String], kept: &[Played<'_>]) -> Vec<ColumnInfo> {
        let asked = self.asks_for(list);
        let mut changed: Vec<ColumnInfo> = Vec::new();
        for name in names {
            match self.table.column(name) {
                Some(column) if !self.may_change(list, column, kept, asked) => {}
                Some(column) if column.generated || changed.iter().any(|c| c.name == column.name) => {}
                Some(column) => changed.push(column.clone()),
                None if asked => self.miss(list, std::slice::from_ref(name)),
                None => {}
            }
        }
        self.show(list, &changed);
        changed
    }

    /// What is to be cleared besides: the columns of a role that a reap ends.
    pub(super) fn cleared_too(
        &mut self,
        clear: &mut Vec<ColumnInfo>,
        role: &str,
        columns: &[ColumnInfo],
        kept: &[Played<'_>],
    ) {
        let asked = self.asks_for(&format!("columns.{role}"));
        for column in columns {
            if self.may_change(role, column, kept, asked)
                && !column.generated
                && !clear.iter().any(|cleared| cleared.name == column.name)
            {
                clear.push(column.clone());
            }
        }
    }

    /// Columns that a reap sets to a constant in a row that is there.
    pub(super) fn set(&mut self, constants: &Constants, kept: &[Played<'_>]) {
        for column in self.constants(constants) {
            self.may_change("set", &column, kept, true);
        }
    }

    /// Columns that take a constant in a new row, in which a key may be one of them.
    pub(super) fn filled(&mut self, constants: &Constants, kept: &[Played<'_>]) {
        for column in self.constants(constants) {
            if let Some(why) = self.is_kept(&column, kept) {
                self.refuse("set", &column, &why);
            }
        }
    }

    fn constants(&mut self, constants: &Constants) -> Vec<ColumnInfo> {
        let mut columns = Vec::new();
        for name in constants.keys() {
            match self.table.column(name) {
                Some(column) => columns.push(column.clone()),
                None => self.miss("set", std::slice::from_ref(name)),
            }
        }
        columns
    }

    /// These roles exclude each other, and each of them every one of `others`: a column can play one of them.
    pub(super) fn exclude<'c>(&mut self, roles: &[Played<'c>], others: impl IntoIterator<Item = Played<'c>>) {
        let mut pairs = Vec::new();
        for (place, first) in roles.iter().enumerate() {
            pairs.extend(roles.iter().skip(place + 1).map(|second| (*first, *second)));
        }
        for other in others {
            pairs.extend(roles.iter().map(|role| (*role, other)));
        }
        let section = self.name;
        for ((role, column), (other, same)) in pairs {
            if column.name == same.name {
                self.roles.problems.push(format!(
                    "{section}.{role} and {section}.{other}: expected two columns, and both are {}.{}",
                    self.table.name, column.name
                ));
            }
        }
    }

    /// Lists that would write the same column differently.
    pub(super) fn lists_differ(
        &mut self,
        list: &str,
        columns: &[ColumnInfo],
        other: &str,
        others: &[ColumnInfo],
    ) {
        for column in columns {
            if others.iter().any(|other| other.name == column.name) {
                self.refuse(
                    list,
                    column,
                    &format!("stands in {other} as well: leave it out of one"),
                );
            }
        }
    }

    pub(super) fn asks_for(&self, key: &str) -> bool {
        self.roles.profile.asks_for(&format!("{}.{key}", self.name))
    }

    fn may_change(&mut self, list: &str, column: &ColumnInfo, kept: &[Played<'_>], asked: bool) -> bool {
        let of_key = "is of the primary key, which a reap never changes: leave it out";
        let of_key = (column.key_place > 0).then(|| of_key.to_owned());
        let Some(why) = self.is_kept(column, kept).or(of_key) else {
            return true;
        };
        if asked {
            self.refuse(list, column, &why);
        }
        false
    }

    fn is_kept(&self, column: &ColumnInfo, kept: &[Played<'_>]) -> Option<String> {
        let (role, _) = kept.iter().find(|(_, kept)| kept.includes(column))?;
        Some(format!(
            "is {}.{role}, which is not written otherwise: leave it out",
            self.name
        ))
    }

    fn note(&mut self, role: &str, names: &[String], columns: &[ColumnInfo]) {
        self.show(role, columns);
        if columns.is_empty() && !names.is_empty() && self.asks_for(&format!("columns.{role}")) {
            self.miss(role, names);
        }
    }

    fn show<'c>(&mut self, role: &str, columns: impl IntoIterator<Item = &'c ColumnInfo>) {
        let columns: Vec<_> = columns.into_iter().map(|column| column.name.clone()).collect();
        let full = |name: &String| format!("{}.{name}", self.table.name);
        let names: Vec<_> = columns.iter().map(full).collect();
        self.roles.found.push(Role {
            role: format!("{}.{role}", self.name),
            column: (!names.is_empty()).then(|| names.join(", ")),
            columns,
        });
    }

    fn miss(&mut self, role: &str, names: &[String]) {
        let expected = if names.is_empty() {
            "a column".to_owned()
        } else {
            names.join(" or ")
        };
        self.roles.problems.push(format!(
            "{}.{role}: expected {expected}; {}",
            self.name,
            self.table.describe()
        ));
    }

    pub(super) fn refuse(&mut self, role: &str, column: &ColumnInfo, why: &str) {
        self.roles.problems.push(format!(
            "{}.{role}: {}.{} {why}",
            self.name, self.table.name, column.name
        ));
    }
}
