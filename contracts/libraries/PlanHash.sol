// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlanLeg, PlannedCall} from "../interfaces/l2/IKeystoreAccount.sol";

/// @title Hashes of plans over several chains (EIP-712)
library PlanHash {
    // A type's hash covers its fields and then the types that these name, in the order of the alphabet.
    bytes32 private constant CALL = keccak256("Call(address to,uint256 value,bytes data)");
    bytes32 private constant LEG = keccak256(
        "Leg(uint256 chainId,uint64 gas,address feeToken,uint256 fee,Call[] calls)Call(address to,uint256 value,bytes data)"
    );
    bytes32 private constant PLAN = keccak256(
        "Plan(uint64 lastSecond,uint256 nonce,Leg[] legs)Call(address to,uint256 value,bytes data)Leg(uint256 chainId,uint64 gas,address feeToken,uint256 fee,Call[] calls)"
    );
    bytes32 private constant DOMAIN = keccak256("EIP712Domain(string name,string version,address verifyingContract)");
    bytes32 private constant NAME = keccak256("KeystoreAccount");
    bytes32 private constant VERSION = keccak256("1");

    function hashLeg(PlanLeg calldata leg) internal pure returns (bytes32) {
        bytes32[] memory calls = new bytes32[](leg.calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            PlannedCall calldata each = leg.calls[i];
            calls[i] = keccak256(abi.encode(CALL, each.to, each.value, keccak256(each.data)));
        }
        bytes32 callsHash = keccak256(abi.encodePacked(calls));
        return keccak256(abi.encode(LEG, leg.chainId, leg.gas, leg.feeToken, leg.fee, callsHash));
    }

    /// @notice Hash that is signed for an account. It covers the account's address, the same on all chains, and no chain's id.
    function digest(address account, uint64 lastSecond, uint256 nonce, bytes32[] calldata legHashes)
        internal
        pure
        returns (bytes32)
    {
        bytes32 domain = keccak256(abi.encode(DOMAIN, NAME, VERSION, account));
        bytes32 plan = keccak256(abi.encode(PLAN, lastSecond, nonce, keccak256(abi.encodePacked(legHashes))));
        return keccak256(abi.encodePacked(hex"1901", domain, plan));
    }
}
