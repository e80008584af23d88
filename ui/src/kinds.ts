// The kinds of Vidra's own. Nothing else asks which kind something is: it looks here what the kind is called.
import { to } from "./router";

export interface Kind {
  /** The first part of an address. */
  page: string;
  /** Before a name, on a command line and in requests. */
  word: string;
  /** At the API server, and so in rights. */
  plural: string;
}

export const RESOURCE = "VidraResource";
const FIRST = "InfrahubSync";

export const KINDS: Record<string, Kind> = {
  [FIRST]: { page: "syncs", word: "isync", plural: "infrahubsyncs" },
  VidraSync: { page: "vidrasyncs", word: "vsync", plural: "vidrasyncs" },
  [RESOURCE]: { page: "resources", word: "vres", plural: "vidraresources" },
};

/** A kind and a name. */
export interface Ref {
  kind: string;
  name: string;
}

/** The kind whose pages begin so. */
export function kindOfPage(page: string | undefined): string | undefined {
  return Object.keys(KINDS).find((kind) => KINDS[kind]!.page === page);
}

/** What tells a sync from every other sync, of another kind too: its name, or kind/name. */
export function keyOf({ kind, name }: Ref): string {
  return kind === FIRST ? name : `${kind}/${name}`;
}

/** The kind and name of the sync of a key. No name has a slash. */
export function ofKey(key: string): Ref {
  const at = key.indexOf("/");
  return at < 0 ? { kind: FIRST, name: key } : { kind: key.slice(0, at), name: key.slice(at + 1) };
}

/** As a command line writes it, and requests: isync/NAME. */
export function short({ kind, name }: Ref): string {
  return `${KINDS[kind]!.word}/${name}`;
}

/** The address of the page of one of them. */
export function pageOf({ kind, name }: Ref, ...tab: string[]): string {
  return to([KINDS[kind]!.page, name, ...tab]);
}

/** What the server answers about one of them. */
export function apiOf(what: string, { kind, name }: Ref): string {
  return `${what}/${KINDS[kind]!.word}/${encodeURIComponent(name)}`;
}
