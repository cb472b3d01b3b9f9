import { NOTE_TREE_CODE } from "../../../ground/abi/note-tree-code.ts";
import { SHIELDED_CONSTRAINTS_CODE } from "../../../ground/abi/shielded-constraints-code.ts";
import { SHIELDED_POOL_CODE } from "../../../ground/abi/shielded-pool-code.ts";
import { SHIELDED_STARK_CODE } from "../../../ground/abi/shielded-stark-code.ts";
import { deployedContract, type DeployedContract } from "../sending/deployed-contract.ts";

const CONSTRAINTS = deployedContract(SHIELDED_CONSTRAINTS_CODE);
const STARK = deployedContract(createdWith(SHIELDED_STARK_CODE, CONSTRAINTS));
const TREE = deployedContract(NOTE_TREE_CODE);
const POOL = deployedContract(createdWith(SHIELDED_POOL_CODE, STARK, TREE));

/** The pool, after the contracts that its constructor calls. */
export const POOL_CONTRACTS: readonly DeployedContract[] = [CONSTRAINTS, STARK, TREE, POOL];

/**
 * Address of the shielded pool on every chain that has it, in this version of the package. It follows from the pool's code and
 * from the code of its verifier, so what has code there is this pool.
 */
export const SHIELDED_POOL_ADDRESS: string = POOL.address;

/** Creation code with the addresses that its constructor takes. */
function createdWith(code: string, ...contracts: readonly DeployedContract[]): string {
  return code + contracts.map(({ address }) => address.slice(2).padStart(64, "0")).join("");
}
