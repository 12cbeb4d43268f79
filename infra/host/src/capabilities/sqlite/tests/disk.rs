//! A disk that fails when it is told to: SQLite's own access to files, with a fault at a chosen operation.

#![expect(unsafe_code, reason = "SQLite takes its access to files as a table of C functions")]

use std::{
    cell::Cell,
    ffi::{CStr, OsStr, c_char, c_int, c_void},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock},
};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

use crate::capabilities::sqlite::lock;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// `SQLITE_IOERR`, or `SQLITE_CANTOPEN`, at any operation. Half of what was to be written is written.
    Broken,
    /// `SQLITE_FULL` when something is written. Half of it is written.
    Full,
    /// `SQLITE_BUSY` when a lock is taken.
    Busy,
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Open,
    Read,
    Write,
    Truncate,
    Sync,
    Size,
    Lock,
    Map,
    LockShared,
}

/// The disk below one folder.
#[derive(Debug, Default)]
pub(super) struct Disk(Mutex<Plan>);

#[derive(Debug, Default)]
struct Plan {
    /// The fault, the operation that it strikes counted from 1 among those that it can strike, and whether it stays.
    fault: Option<(Fault, u64, bool)>,
    seen: u64,
}

impl Disk {
    /// The disk of everything that is opened below `folder` from now on.
    pub(super) fn below(folder: &Path) -> &'static Self {
        install();
        let disk: &'static Self = Box::leak(Box::default());
        lock(&DISKS).push((folder.to_owned(), disk));
        disk
    }

    /// Lets the `at`th operation fail that `fault` can strike, and all behind it when it is `lasting`.
    pub(super) fn strike(&self, fault: Fault, at: u64, lasting: bool) {
        HURRIED.set(lasting);
        *lock(&self.0) = Plan { fault: Some((fault, at, lasting)), seen: 0 };
    }

    /// Nothing fails any more. Says whether something did.
    pub(super) fn heal(&self) -> bool {
        HURRIED.set(false);
        let plan = std::mem::take(&mut *lock(&self.0));
        plan.fault.is_some_and(|(_, at, _)| plan.seen >= at)
    }

    fn result(&self, operation: Operation) -> c_int {
        let mut plan = lock(&self.0);
        let Some((fault, at, lasting)) = plan.fault else { return ffi::SQLITE_OK };
        let code = match (fault, operation) {
            (Fault::Busy, Operation::Lock | Operation::LockShared) => ffi::SQLITE_BUSY,
            (Fault::Full, Operation::Write) => ffi::SQLITE_FULL,
            (Fault::Busy | Fault::Full, _) => return ffi::SQLITE_OK,
            (Fault::Broken, Operation::Open) => ffi::SQLITE_CANTOPEN,
            (Fault::Broken, Operation::Read) => ffi::SQLITE_IOERR_READ,
            (Fault::Broken, Operation::Write) => ffi::SQLITE_IOERR_WRITE,
            (Fault::Broken, Operation::Truncate) => ffi::SQLITE_IOERR_TRUNCATE,
            (Fault::Broken, Operation::Sync) => ffi::SQLITE_IOERR_FSYNC,
            (Fault::Broken, Operation::Size) => ffi::SQLITE_IOERR_FSTAT,
            (Fault::Broken, Operation::Lock) => ffi::SQLITE_IOERR_LOCK,
            (Fault::Broken, Operation::Map) => ffi::SQLITE_IOERR_SHMMAP,
            (Fault::Broken, Operation::LockShared) => ffi::SQLITE_IOERR_SHMLOCK,
        };
        plan.seen += 1;
        if plan.seen == at || lasting && plan.seen > at { code } else { ffi::SQLITE_OK }
    }
}

thread_local! {
    /// Whether nobody sleeps on this thread while it waits for a lock: it is held for as long as the test wants.
    static HURRIED: Cell<bool> = const { Cell::new(false) };
}

static DISKS: Mutex<Vec<(PathBuf, &'static Disk)>> = Mutex::new(Vec::new());

/// SQLite's own access to files.
struct Real(*mut sqlite3_vfs);

// SAFETY: SQLite uses it from any thread, and nothing changes it.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

/// Behind the data that SQLite's own functions keep of an open file.
#[repr(C)]
struct Behind {
    methods: sqlite3_io_methods,
    real: *const sqlite3_io_methods,
    disk: &'static Disk,
}

fn real() -> *mut sqlite3_vfs {
    REAL.get().expect("it is installed").0
}

/// Stands before SQLite's own functions for every connection of this process; other folders are left alone.
fn install() {
    REAL.get_or_init(|| {
        // SAFETY: the default is never unregistered, and the copy lives as long as the process. Only the place behind the data of
        // SQLite's own functions is added to each file.
        unsafe {
            let real = ffi::sqlite3_vfs_find(std::ptr::null());
            let name = c"kronos-disk".as_ptr();
            let bytes = real.read().szOsFile + c_int::try_from(size_of::<Behind>() + 8).expect("few bytes");
            let vfs =
                sqlite3_vfs { szOsFile: bytes, zName: name, xOpen: Some(open), xSleep: Some(sleep), ..real.read() };
            assert_eq!(ffi::sqlite3_vfs_register(Box::into_raw(Box::new(vfs)), 1), ffi::SQLITE_OK);
            Real(real)
        }
    });
}

/// SAFETY: `file` is one that [`open`] was given.
unsafe fn behind(file: *mut sqlite3_file) -> *mut Behind {
    // SAFETY: there is room for it, see `install`.
    unsafe { file.byte_add(usize::try_from((*real()).szOsFile).expect("few bytes").next_multiple_of(8)).cast() }
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a name that ends with zero, or none, and as much memory as `install` asked for.
    unsafe {
        let disk = (!name.is_null()).then(|| {
            let path = Path::new(OsStr::from_bytes(CStr::from_ptr(name).to_bytes()));
            lock(&DISKS).iter().find(|(folder, _)| path.starts_with(folder)).map(|(_, disk)| *disk)
        });
        let disk = disk.flatten();
        if let Some(disk) = disk {
            let code = disk.result(Operation::Open);
            if code != ffi::SQLITE_OK {
                (*file).pMethods = std::ptr::null();
                return code;
            }
        }
        let code = (*real()).xOpen.expect("it opens")(real(), name, file, flags, out);
        if let Some(disk) = disk
            && !(*file).pMethods.is_null()
        {
            let real = (*file).pMethods;
            let methods = sqlite3_io_methods {
                // Without memory that is mapped from the file.
                iVersion: 2,
                xRead: Some(read),
                xWrite: Some(write),
                xTruncate: Some(truncate),
                xSync: Some(sync),
                xFileSize: Some(size),
                xLock: Some(lock_file),
                xShmMap: Some(map),
                xShmLock: Some(lock_shared),
                ..real.read()
            };
            behind(file).write(Behind { methods, real, disk });
            (*file).pMethods = &raw const (*behind(file)).methods;
        }
        code
    }
}

unsafe extern "C" fn sleep(_: *mut sqlite3_vfs, microseconds: c_int) -> c_int {
    if HURRIED.get() {
        return microseconds;
    }
    // SAFETY: SQLite's own function gets what SQLite gave.
    unsafe { (*real()).xSleep.expect("it sleeps")(real(), microseconds) }
}

/// A function of SQLite's own, unless the disk fails.
macro_rules! may_fail {
    ($($name:ident = $method:ident($($argument:ident: $type:ty),*): $operation:ident;)*) => {$(
        unsafe extern "C" fn $name(file: *mut sqlite3_file, $($argument: $type),*) -> c_int {
            // SAFETY: `open` has put it there, and SQLite's own function gets what SQLite gave.
            unsafe {
                let Behind { real, disk, .. } = &*behind(file);
                match disk.result(Operation::$operation) {
                    ffi::SQLITE_OK => (**real).$method.expect("it is there")(file, $($argument),*),
                    code => code,
                }
            }
        }
    )*};
}

may_fail! {
    read = xRead(to: *mut c_void, bytes: c_int, at: sqlite3_int64): Read;
    truncate = xTruncate(bytes: sqlite3_int64): Truncate;
    size = xFileSize(bytes: *mut sqlite3_int64): Size;
    lock_file = xLock(level: c_int): Lock;
    map = xShmMap(region: c_int, bytes: c_int, extend: c_int, to: *mut *mut c_void): Map;
}

/// No machine stops here, so nothing has to reach the disk.
unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    // SAFETY: as above.
    unsafe { (*behind(file)).disk.result(Operation::Sync) }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, bytes: c_int, at: sqlite3_int64) -> c_int {
    // SAFETY: as above; half of the bytes are there when all are.
    unsafe {
        let Behind { real, disk, .. } = &*behind(file);
        let code = disk.result(Operation::Write);
        let bytes = if code == ffi::SQLITE_OK { bytes } else { bytes / 2 };
        match (**real).xWrite.expect("it is there")(file, from, bytes, at) {
            ffi::SQLITE_OK => code,
            other => other,
        }
    }
}

unsafe extern "C" fn lock_shared(file: *mut sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: as above.
    unsafe {
        let Behind { real, disk, .. } = &*behind(file);
        // Letting go always succeeds.
        let code = if flags & ffi::SQLITE_SHM_LOCK == 0 { ffi::SQLITE_OK } else { disk.result(Operation::LockShared) };
        match code {
            ffi::SQLITE_OK => (**real).xShmLock.expect("it is there")(file, offset, count, flags),
            code => code,
        }
    }
}
