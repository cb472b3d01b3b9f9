/** Length of `0x` and 20 bytes. */
export const ADDRESS_LENGTH = 42;

/**
 * Whether 20 bytes in a decoded call or event are an address: those have the capitals of their checksum (ERC-55), and other bytes
 * have none. Where no letter tells, it is one.
 */
export function isAddress(digits: string): boolean {
  return digits.length === ADDRESS_LENGTH && (/[A-F]/.test(digits) || !/[a-f]/.test(digits));
}
