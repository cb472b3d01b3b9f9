// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";
import {BlockHeader} from "../../../../contracts/libraries/BlockHeader.sol";
import {OutputRoot} from "../../../../contracts/libraries/OutputRoot.sol";
import {Rlp} from "../../../../contracts/libraries/Rlp.sol";
import {TrieLookup} from "../../../../contracts/libraries/TrieLookup.sol";

/// @notice Exposes the readers of tries and headers, and OpenZeppelin's for comparison.
contract TrieHarness {
    function get(bytes32 root, bytes32 key, bytes[] calldata proof) external pure returns (bytes memory) {
        return TrieLookup.get(root, key, proof);
    }

    function getByOpenZeppelin(bytes32 root, bytes32 key, bytes[] calldata proof) external pure returns (bytes memory) {
        return TrieProof.traverse(root, abi.encode(key), proof);
    }

    function header(bytes calldata encoded)
        external
        pure
        returns (bytes32 stateRoot, uint64 blockNumber, uint64 timestamp)
    {
        return BlockHeader.read(encoded);
    }

    function stateOfOutput(
        bytes32 outputRoot,
        bytes32 version,
        bytes32 stateRoot,
        bytes32 passerRoot,
        bytes32 blockHash
    ) external pure returns (bytes32) {
        return OutputRoot.stateRoot(outputRoot, version, stateRoot, passerRoot, blockHash);
    }

    function number(bytes calldata encoded) external pure returns (uint256 value) {
        uint256 end;
        (value, end) = Rlp.number(encoded, 0);
        if (end != encoded.length) revert Rlp.RlpMalformed();
    }
}
