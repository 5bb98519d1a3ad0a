use std::io::Cursor;

use rusqlite::Connection;

/// The bytes of a database: equal before and after, nothing was written.
pub fn image(conn: &mut Connection) -> Vec<u8> {
    conn.serialize("main").unwrap().to_vec()
}

/// A database in memory with these bytes.
pub fn opened(image: &[u8]) -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    conn.deserialize_read_exact("main", Cursor::new(image), image.len(), false)
        .unwrap();
    conn
}
