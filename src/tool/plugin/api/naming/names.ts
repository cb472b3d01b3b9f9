/** The sender: an address whose key the connection has, or anything with one, such as a signer. Default: the first account. */
export type From = string | { readonly address: string };

/** Address, or something that has one: a contract of ethers or of viem, a signer. */
export type AddressLike = string | { readonly address: string } | { readonly target: unknown };

/** Something that names a transaction: its hash, a response, a receipt, or a promise of one. */
export type TransactionLike = string | { readonly hash: string } | { readonly transactionHash: string };
