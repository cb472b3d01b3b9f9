import { ClientError } from "./client-error.ts";

/** A hub by its name; without a name, the only one. Throws ClientError UnknownHub. */
export function findHub<Hub extends { readonly name: string }>(hubs: readonly Hub[] = [], name?: string): Hub {
  const [only, ...others] = hubs;
  const hub = name === undefined ? (others.length === 0 ? only : undefined) : hubs.find((each) => each.name === name);
  if (hub !== undefined) return hub;
  const known = hubs.map((each) => each.name).join(", ");
  if (known === "") throw new ClientError("UnknownHub", "the ecosystem has no hubs; name one in the option hubs of the config");
  if (name === undefined) throw new ClientError("UnknownHub", `the ecosystem has several hubs; name one: ${known}`);
  throw new ClientError("UnknownHub", `there is no hub "${name}"; the ecosystem has ${known}`);
}
