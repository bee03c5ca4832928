//! Writes the files of a country, person by person. It must not know columns.

use std::io;
use std::path::{Path, PathBuf};

use super::dice::{Dice, Topic};
use super::files::correspondence::{Holder, Paper};
use super::files::{RPPS_ARCHIVE, correspondence, diploma, person_activity, skill};
use super::identifiers::RPPS_CAPACITY;
use super::mailboxes::address_book::AddressBook;
use super::mailboxes::organizational::{self, ServiceBox};
use super::mailboxes::{SHARED_PER_MILLION, personal};
use super::nation::Nation;
use super::output::{self, Draft};
use super::people::Person;
use super::sheet::Line;
use super::structures::{self, Structure};
use super::{Country, Progress, Written};

/// Steps between two words about the progress.
const STRIDE: u64 = 4_096;

pub(crate) fn write(
    country: &Country,
    out: &Path,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<Written> {
    let most = RPPS_CAPACITY / 2;
    if country.professionals > most {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("there are numbers for {most} people at most"),
        ));
    }
    if !(0.0..=1.0).contains(&country.churn) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("a churn of {} is no share from 0 to 1", country.churn),
        ));
    }
    let stamp = country.stamp()?;
    let nation = Nation::new(country);
    std::fs::create_dir_all(out)?;
    let draft = |stem: &str, header| Draft::create(out, &format!("{stem}_{stamp}.txt"), header);
    let mut people = [
        draft(person_activity::STEM, person_activity::HEADER)?,
        draft(skill::STEM, skill::HEADER)?,
        draft(diploma::STEM, diploma::HEADER)?,
    ];
    let mut mailboxes = draft(correspondence::STEM, correspondence::HEADER)?;
    write_people(
        &nation,
        &mut people,
        &mut Steps::new(RPPS_ARCHIVE, nation.professionals.into(), progress),
    )?;
    write_mailboxes(&nation, &mut mailboxes, progress)?;
    let files = people
        .into_iter()
        .chain([mailboxes])
        .map(Draft::publish)
        .collect::<io::Result<_>>()?;
    Ok(Written { files })
}

pub(crate) fn zip(written: &Written) -> io::Result<Vec<PathBuf>> {
    let paths: Vec<_> = written.files.iter().map(|file| file.path.clone()).collect();
    let mut archives = Vec::new();
    for (stem, members) in [
        (RPPS_ARCHIVE, paths.get(..3)),
        (correspondence::STEM, paths.get(3..)),
    ] {
        let members = members
            .filter(|members| !members.is_empty())
            .unwrap_or_default();
        let Some(first) = members.first() else {
            continue;
        };
        let stamp = first
            .file_stem()
            .and_then(|name| name.to_str()?.rsplit_once('_'))
            .map_or("", |(_, stamp)| stamp);
        archives.push(output::zip(
            first.with_file_name(format!("{stem}_{stamp}.zip")),
            members,
        )?);
    }
    Ok(archives)
}

/// Counts steps and tells about them now and then.
struct Steps<'a> {
    now: Progress,
    tell: &'a mut dyn FnMut(Progress),
}

impl<'a> Steps<'a> {
    fn new(file: &'static str, total: u64, tell: &'a mut dyn FnMut(Progress)) -> Self {
        let now = Progress {
            file,
            done: 0,
            total,
        };
        tell(now);
        Self { now, tell }
    }

    fn step(&mut self) {
        self.now.done += 1;
        if self.now.done.is_multiple_of(STRIDE) || self.now.done == self.now.total {
            (self.tell)(self.now);
        }
    }
}

fn write_people(
    nation: &Nation,
    [activities, skills, diplomas]: &mut [Draft; 3],
    steps: &mut Steps<'_>,
) -> io::Result<()> {
    let mut line = Line::default();
    for slot in 0..nation.professionals {
        let person = Person::at(nation, slot, nation.epoch(slot, nation.day));
        person_activity::write(nation, &person, activities, &mut line)?;
        skill::write(&person, skills, &mut line)?;
        diploma::write(nation, &person, diplomas, &mut line)?;
        steps.step();
    }
    Ok(())
}

fn write_mailboxes(
    nation: &Nation,
    out: &mut Draft,
    progress: &mut dyn FnMut(Progress),
) -> io::Result<()> {
    let establishments = u64::try_from(nation.network.establishments().count()).unwrap_or(u64::MAX);
    let total = 2 * u64::from(nation.slots()) + establishments + u64::from(nation.network.groups());
    let mut steps = Steps::new(correspondence::STEM, total, progress);
    let mut line = Line::default();
    let book = AddressBook::compile(nation, |_| steps.step());
    for slot in 0..nation.slots() {
        write_personal(nation, &book, slot, out, &mut line)?;
        steps.step();
    }
    for (kind, rank) in nation.network.establishments() {
        let structure = structures::establishment(nation, kind, rank);
        let mut luck = Dice::new(
            nation.seed,
            Topic::ServiceMailbox,
            &[nation.network.ordinal(kind, rank), 2],
        );
        for mailbox in organizational::of(nation, kind, rank, &structure) {
            let other = luck
                .per_million(SHARED_PER_MILLION)
                .then(|| (rank + 1) % nation.network.count(kind));
            let other = other.map(|rank| structures::establishment(nation, kind, rank));
            write_service(
                &mailbox,
                &structure,
                other.as_ref(),
                &mut luck,
                out,
                &mut line,
            )?;
        }
        steps.step();
    }
    for rank in 0..nation.network.groups() {
        if let Some(mailbox) = organizational::of_group(nation, rank) {
            let mut luck = Dice::new(nation.seed, Topic::ServiceMailbox, &[rank, 3]);
            write_service(
                &mailbox,
                &structures::group(nation, rank),
                None,
                &mut luck,
                out,
                &mut line,
            )?;
        }
        steps.step();
    }
    Ok(())
}

fn write_personal(
    nation: &Nation,
    book: &AddressBook,
    slot: u32,
    out: &mut Draft,
    line: &mut Line,
) -> io::Result<()> {
    let person = Person::at(nation, slot, nation.epoch(slot, nation.day));
    // Half of the people outside the directory have a number that is not in its files, the others none.
    let unregistered = slot >= nation.professionals && slot.is_multiple_of(2);
    let holder = if unregistered {
        Holder::Unregistered(&person)
    } else {
        Holder::Person(&person)
    };
    let mut luck = Dice::new(
        nation.seed,
        Topic::Mailbox,
        &[slot, person.epoch.generation, 2],
    );
    for (mailbox, number) in personal::of(nation, &person).iter().zip(book.numbers(slot)) {
        let address = mailbox.address(number);
        let structure = mailbox
            .site
            .and_then(|site| site.structure(nation, &person));
        let paper = if luck.per_mille(620) {
            Paper::NotWanted
        } else {
            Paper::Wanted
        };
        correspondence::write(out, line, &address, holder, structure.as_ref(), paper)?;
        if luck.per_million(SHARED_PER_MILLION) {
            let second = structures::group(nation, slot % nation.network.groups().max(1));
            correspondence::write(out, line, &address, holder, Some(&second), paper)?;
        }
    }
    Ok(())
}

fn write_service(
    mailbox: &ServiceBox,
    structure: &Structure,
    other: Option<&Structure>,
    luck: &mut Dice,
    out: &mut Draft,
    line: &mut Line,
) -> io::Result<()> {
    let paper = if luck.per_mille(700) {
        Paper::NotWanted
    } else {
        Paper::Wanted
    };
    for structure in [Some(structure), other].into_iter().flatten() {
        correspondence::write(
            out,
            line,
            &mailbox.address,
            Holder::Service(&mailbox.service),
            Some(structure),
            paper,
        )?;
    }
    Ok(())
}
