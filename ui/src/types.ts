// What the server sends: the shapes of vidra.ui.reads and vidra.views.status_rows.

export interface Row {
  version: string;
  state: State;
  reason?: string;
  message?: string;
  since?: string;
  changed?: string;
  created?: string;
  suspended?: boolean;
  drifted?: boolean;
  health?: string | null;
  held?: Held | null;
  objects?: number;
  server?: string;
  dependsOn?: string[];
}

export type State =
  | "ready"
  | "progressing"
  | "waiting"
  | "held"
  | "unreachable"
  | "failing"
  | "suspended"
  | "deleting";

export interface Held {
  id: string;
  objects: number;
  of: number;
}

export interface SyncRow extends Row {
  source: string;
  address: string;
  selects?: string;
  follows?: string;
  revision?: string;
  resources?: number;
  readyResources?: number;
  selector?: boolean;
  clusterProgress?: string;
}

export interface ResourceRow extends Row {
  sync?: string;
  artifactId?: string;
  readyObjects?: number;
  problems?: number;
  upToDate?: boolean;
}

export interface ClusterRow {
  name: string;
  server: string;
  ready?: boolean;
  reason?: string;
  message?: string;
}

/** kind, apiVersion, namespace, name, server, state, message, wave. */
export type ObjectRow = [string, string, string, string, string, string, string, number];

export interface Tables {
  syncs: SyncRow;
  resources: ResourceRow;
  clusters: ClusterRow[];
  objects: ObjectRow[];
}
export type Table = keyof Tables;

export interface Visible {
  current: boolean;
  why?: string;
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
}

export interface YamlText {
  text: string;
  left_out: string;
}

export interface Detail {
  kind: string;
  name: string;
  uid: string;
  state: State;
  conditions: Condition[];
  facts: Record<string, string>;
  sync: string;
  unit: string;
  revisions: string[];
  problems: { reason: string; message: string; object?: string }[];
  yaml: YamlText;
}

export interface EventRow {
  time: string;
  type: string;
  reason: string;
  message: string;
  about: string;
  count: number;
}

export interface HeldPrune {
  id: string;
  objects: { ref: string; server: string; resource: string }[];
}

export interface Preview {
  changes: { title: string; server: string; action: "create" | "change" | "delete"; lines: string[]; holders: string[]; leaves: string[]; stays: string[] }[];
  notes: string[];
  problems: { reason: string; message: string }[];
}

export interface LiveNode {
  kind: string;
  name: string;
  namespace?: string;
  server?: string;
  ref?: string;
  state: string;
  message?: string;
  owners?: string[];
  children: LiveNode[];
}

export interface LiveObject {
  yaml: YamlText;
  fields: { path: string; holders: string[] }[];
}

export interface Trace {
  object: string;
  server: string;
  origins: Record<string, string>[];
  others: { manager: string; operation?: string; subresource?: string; time?: string; note?: string }[];
  listedBy: string[];
}

export interface Me {
  person: { user: string; groups: string[] };
  rights: { verb: string; resource: string; allowed: boolean; why: string }[];
  server: string;
  version: string;
  mode: string;
  readOnly: boolean;
}

export interface Text {
  resource: string;
  unit: string;
  server: string;
  checksum: string;
  revision: string;
  seen: string;
  applied?: string;
  healthy?: string;
  untilApplied?: number;
  untilHealthy?: number;
  waits?: string;
}

export interface Spread {
  texts: number;
  half: number;
  most: number;
}

export interface Timeline {
  texts: Text[];
  leftOut: number;
  applied: Spread | null;
  healthy: Spread | null;
  unknown: number;
}

export interface Drifting {
  resource: string;
  object: string;
  fights?: boolean;
  fields?: string[];
  managers?: string[];
  message?: string;
  commands?: string[];
}
