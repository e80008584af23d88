// What is made of a row of the stream is made once: a change replaces the rows that it is about, and leaves all others.

/** Makes something of a row, or gives what was made of this very row before. */
export function remembered<Row extends object, Made>(make: (key: string, row: Row) => Made): (key: string, row: Row) => Made {
  const known = new WeakMap<Row, Made>();
  return (key, row) => {
    let made = known.get(row);
    if (made === undefined) known.set(row, (made = make(key, row)));
    return made;
  };
}
