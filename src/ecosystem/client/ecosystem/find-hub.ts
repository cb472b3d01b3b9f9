import { ClientError } from "./client-error.ts";

/** A hub by its name; without a name, the only one. Throws ClientError UnknownHub. */
export function findHub<Hub extends { readonly name: string }>(hubs: readonly Hub[] = [], name?: string): Hub {
  const [only, ...others] = hubs;
  const hub = name === undefined ? (others.length === 0 ? only : undefined) : hubs.find((each) => each.name === name);
  if (hub !== undefined) return hub;
  throw new ClientError("UnknownHub", unknownHub(hubs, name));
}

/** Reason why a name, or none, names no hub. */
export function unknownHub(hubs: readonly { readonly name: string }[], name: string | undefined): string {
  const known = hubs.map((each) => each.name).join(", ");
  if (known === "") return "the ecosystem has no hubs; name one in the option hubs of the config";
  return name === undefined ? `name a hub; the ecosystem has ${known}` : `there is no hub "${name}"; the ecosystem has ${known}`;
}
