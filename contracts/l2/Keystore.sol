// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IKeystore, Keys} from "../interfaces/l2/IKeystore.sol";
import {KeyChecks} from "../libraries/KeyChecks.sol";

/// @dev A separate base, so that the mapping has slot 0: accounts on other chains compute where it keeps an
/// id.
abstract contract KeystoreHeads is IKeystore {
    /// @inheritdoc IKeystore
    mapping(bytes32 id => bytes32 head) public headOf;
}

/// @notice See {IKeystore}. Not in the genesis state: anyone puts it at one address of every chain (CREATE2).
contract Keystore is KeystoreHeads, EIP712 {
    bytes32 private constant ROTATION = keccak256("Rotation(bytes32 id,uint64 version,bytes32 head)");
    /// @dev A passkey's check takes up to 350,000 gas where its curve has no precompile.
    uint256 private constant MAX_OWNERS = 16;

    constructor() EIP712("Keystore", "1") {}

    /// @inheritdoc IKeystore
    function register(Keys calldata keys, bytes32 salt) external returns (bytes32 id) {
        _requireReachable(keys);
        bytes32 head = KeyChecks.head(1, keys);
        id = keccak256(abi.encode("hardhat-hyperchain/keystore/id/v1", head, salt));
        if (headOf[id] != 0) revert AlreadyRegistered(id);
        _set(id, 1, head, keys);
    }

    /// @inheritdoc IKeystore
    function rotate(bytes32 id, uint64 version, Keys calldata keys, Keys calldata next, bytes[] calldata signatures) external {
        bytes32 present = KeyChecks.head(version, keys);
        if (headOf[id] != present) revert OtherKeys(id, headOf[id], present);
        _requireReachable(next);
        bytes32 head = KeyChecks.head(version + 1, next);
        bytes32 digest = _digest(id, version, head);
        if (!KeyChecks.areSigned(keys, digest, signatures)) revert RotationNotSigned(id, digest);
        _set(id, version + 1, head, next);
    }

    /// @inheritdoc IKeystore
    function rotationDigest(bytes32 id, uint64 version, Keys calldata next) external view returns (bytes32) {
        return _digest(id, version, KeyChecks.head(version + 1, next));
    }

    function _set(bytes32 id, uint64 version, bytes32 head, Keys calldata keys) private {
        headOf[id] = head;
        emit KeysSet(id, version, keys);
    }

    function _digest(bytes32 id, uint64 version, bytes32 head) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ROTATION, id, version, head)));
    }

    function _requireReachable(Keys calldata keys) private pure {
        uint256 owners = keys.owners.length;
        if (owners > MAX_OWNERS) revert TooManyOwners(MAX_OWNERS, owners);
        if (keys.threshold == 0 || keys.threshold > owners) revert UnreachableThreshold(keys.threshold, owners);
    }
}
