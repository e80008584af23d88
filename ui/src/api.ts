// Requests to the page's own server.
import { about, logOut, secret } from "./session";

/** The folder that the page is in, whatever path it is below. */
export const BASE = new URL(/* @vite-ignore */ "../", import.meta.url).pathname;

export class Failure extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function proof(): Record<string, string> {
  return secret.value ? { Authorization: `Bearer ${secret.value}` } : {};
}

async function answered<T>(asking: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await asking;
  } catch {
    throw new Failure(0, "the page's server does not answer: does vidra ui still run?");
  }
  return (await passed(response)).json() as Promise<T>;
}

/** The answer, or its failure as a sentence. */
export async function passed(response: Response): Promise<Response> {
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as { error?: string };
  const message = body.error ?? `the server answered ${response.status}`;
  if (response.status === 401 && about.value.mode !== "proxy") logOut(message);
  throw new Failure(response.status, message);
}

export function get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const given = Object.entries(query).filter(([, value]) => value);
  const search = given.length ? `?${new URLSearchParams(given)}` : "";
  return answered(fetch(`${BASE}api/${path}${search}`, { headers: proof() }));
}

export function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { ...proof(), "Content-Type": "application/json", "X-Vidra-Request": "1" };
  return answered(fetch(`${BASE}api/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}
