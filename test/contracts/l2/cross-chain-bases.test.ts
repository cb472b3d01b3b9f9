import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

const require = createRequire(import.meta.url);
const solc = require("solc") as { compile(input: string, callbacks: { import(path: string): { contents: string } }): string };
const OURS = "hardhat-hyperchain/";
const ROOT = new URL("../../../", import.meta.url);

const HOOKS = `
  function _onMessage(bytes32, uint256, bytes calldata) internal override nonReentrant whenNotPaused {}
  function _onAnswer(bytes32, bytes[] memory) internal override nonReentrant {}
  function _onFailure(bytes32, bytes memory) internal override nonReentrant {}
`;

/** Bases of OpenZeppelin before and after the package's, and names of other bridges' contracts (LayerZero, Hyperlane, CCIP). */
const SOURCE = `
pragma solidity ^0.8.26;
import {CrossChainAnswers, CrossChainContract} from "${OURS}contracts/Hyperchain.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {ERC721Crosschain} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Crosschain.sol";
import {CrosschainLinked} from "@openzeppelin/contracts/crosschain/CrosschainLinked.sol";

contract After is ERC20, AccessControl, Pausable, ReentrancyGuard, CrossChainContract, CrossChainAnswers {
  constructor() ERC20("A", "A") {}
  ${HOOKS}
}
contract Before is CrossChainAnswers, CrossChainContract, ReentrancyGuard, Pausable, ERC721 {
  constructor() ERC721("A", "A") {}
  ${HOOKS}
}
contract Answered is ERC721Crosschain, CrossChainAnswers {
  constructor(Link[] memory links) ERC721("A", "A") CrosschainLinked(links) {}
  function _onAnswer(bytes32, bytes[] memory) internal override {}
  function _onFailure(bytes32, bytes memory) internal override {}
}
abstract contract App {
  error OnlyPeer(uint32 eid, bytes32 sender);
  error NoPeer(uint32 eid);
  error InvalidRouter(address router);
  event PeerSet(uint32 eid, bytes32 peer);
  function peers(uint32) public view virtual returns (bytes32) {}
  function setPeer(uint32, bytes32) public virtual {}
  function _setPeer(uint32, bytes32) internal virtual {}
  function handle(uint32, bytes32, bytes calldata) external payable virtual {}
  function ccipReceive(bytes calldata) external virtual {}
}
contract Together is App, CrossChainContract {
  function set() external { _setPeer(uint32(1), bytes32(0)); _setPeer(uint256(1), address(0)); }
  function _onMessage(bytes32, uint256, bytes calldata) internal override {}
}
`;

test("the bases of contracts/Hyperchain.sol are inherited next to OpenZeppelin's in both orders, and next to other bridges' names", () => {
  const input = {
    language: "Solidity",
    sources: { "Bases.sol": { content: SOURCE } },
    settings: { outputSelection: { "*": { "*": ["abi"] } } },
  };
  const read = (path: string) => ({
    contents: readFileSync(path.startsWith(OURS) ? new URL(path.slice(OURS.length), ROOT) : require.resolve(path), "utf8"),
  });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as {
    errors?: readonly { severity: string; formattedMessage: string }[];
    contracts?: Record<string, Record<string, unknown>>;
  };
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  assert.deepEqual(
    errors.map(({ formattedMessage }) => formattedMessage),
    [],
  );
  assert.deepEqual(Object.keys(output.contracts?.["Bases.sol"] ?? {}), ["After", "Answered", "App", "Before", "Together"]);
});
