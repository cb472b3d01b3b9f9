/** Settles what is open and has it brought, so that messages arrive. */
export const ROUND: readonly string[] = ["await hyperchains.settle();", "await hyperchains.relay();"];

/** All that `sent` sent has arrived, on whichever members. */
export const ALL_DELIVERED = "for (const message of await hyperchains.messages(sent)) await message.delivered();";

/** A transaction's value as a field, where it has one. */
export function valueFields(value: bigint): readonly string[] {
  return value === 0n ? [] : [`value: ${value}n`];
}

/** Fields of a transaction that does not call a known function. */
export function sentFields(to: string | undefined, data: string | undefined, value: bigint): string {
  const fields = [...(to === undefined ? [] : [`to: ${to}`]), ...(data === undefined ? [] : [`data: ${data}`])];
  return [...fields, ...valueFields(value)].join(", ");
}
