// At most so many tabs of one origin have a stream: a browser has six connections to it, and pages need some to load.
const SLOTS = 4;

/** Takes a place for a stream; gives what frees it, or nothing when all are taken. */
export async function slot(): Promise<(() => void) | undefined> {
  if (!("locks" in navigator)) return () => {};
  for (let number = 0; number < SLOTS; number++) {
    const free = await taken(`vidra-stream-${number}`);
    if (free) return free;
  }
  return undefined;
}

function taken(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(undefined);
      return new Promise<void>((free) => resolve(free));
    });
  });
}
