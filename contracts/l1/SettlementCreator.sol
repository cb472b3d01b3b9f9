// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISettlementCreator} from "../interfaces/ISettlementCreator.sol";
import {SettlementPlaces} from "../libraries/SettlementPlaces.sol";
import {SettlementTerms} from "../types/SettlementTerms.sol";

/// @title Creates a settlement's contracts at addresses that follow from codes and terms
/// @dev The constructors' arguments are made here: with them in the hashes, the addresses would depend on themselves.
contract SettlementCreator is ISettlementCreator {
    address private immutable governance;
    address private immutable council;
    uint256 private immutable number;
    uint256 private immutable retirementNotice;
    uint256 private immutable freezeTime;
    uint256 private immutable freezeCycle;
    uint256 private immutable reactionTime;
    uint256 private immutable revealDelay;
    uint256 private immutable recoveryTime;
    bytes32 private immutable codes;

    /// @inheritdoc ISettlementCreator
    uint256 public createdCount;

    /// @param codes_ Hash of the hashes of the creation codes, in the order of SettlementPlaces.
    constructor(SettlementTerms memory terms_, bytes32 codes_) {
        governance = terms_.governance;
        council = terms_.council;
        number = terms_.number;
        retirementNotice = terms_.retirementNotice;
        freezeTime = terms_.freezeTime;
        freezeCycle = terms_.freezeCycle;
        reactionTime = terms_.reactionTime;
        revealDelay = terms_.revealDelay;
        recoveryTime = terms_.recoveryTime;
        codes = codes_;
        emit SettlementPlanned(_at(SettlementPlaces.FACTORY), terms_, codes_);
    }

    /// @inheritdoc ISettlementCreator
    function terms() external view returns (SettlementTerms memory) {
        return SettlementTerms({
            governance: governance,
            council: council,
            number: number,
            retirementNotice: retirementNotice,
            freezeTime: freezeTime,
            freezeCycle: freezeCycle,
            reactionTime: reactionTime,
            revealDelay: revealDelay,
            recoveryTime: recoveryTime
        });
    }

    /// @inheritdoc ISettlementCreator
    function create(uint256 place, bytes32[] calldata hashes, bytes calldata code) external returns (address created) {
        if (place >= SettlementPlaces.COUNT) revert PlaceOutOfRange(SettlementPlaces.COUNT, place);
        if (place < createdCount) return _at(uint8(place));
        if (place > createdCount) revert PlaceTooEarly(createdCount, place);
        bytes32 shown = keccak256(abi.encodePacked(hashes));
        if (shown != codes) revert OtherCodes(codes, shown);
        bytes32 actual = keccak256(code);
        if (actual != hashes[place]) revert OtherCode(place, hashes[place], actual);
        createdCount = place + 1;
        bytes memory initCode = bytes.concat(code, _arguments(place));
        assembly ("memory-safe") {
            created := create(0, add(initCode, 0x20), mload(initCode))
        }
        if (created == address(0)) revert CreationFailed(place);
    }

    function _arguments(uint256 place) private view returns (bytes memory) {
        address factory = _at(SettlementPlaces.FACTORY);
        address verifiers = _at(SettlementPlaces.VERIFIERS);
        if (place == SettlementPlaces.VERIFIERS) return abi.encode(governance, council, retirementNotice, freezeTime, freezeCycle);
        // It pays accounts on chains on a chain of this one, whose contracts have the same codes.
        if (place == SettlementPlaces.STATE_EXIT) return abi.encode(factory, codes);
        if (place == SettlementPlaces.BRIDGE) return abi.encode(factory, _at(SettlementPlaces.STATE_EXIT));
        if (place == SettlementPlaces.SETTINGS) return abi.encode(factory, verifiers, reactionTime);
        if (place == SettlementPlaces.FACTORY) {
            return abi.encode(_at(SettlementPlaces.IMPLEMENTATION), revealDelay, recoveryTime);
        }
        if (place == SettlementPlaces.IMPLEMENTATION) return abi.encode(_at(SettlementPlaces.FACETS));
        if (place == SettlementPlaces.FACETS) {
            return abi.encode(
                factory,
                _at(SettlementPlaces.BRIDGE),
                _at(SettlementPlaces.ROOTS),
                _at(SettlementPlaces.BYTECODES),
                verifiers,
                _at(SettlementPlaces.SETTINGS)
            );
        }
        // Roots and bytecodes.
        return abi.encode(factory);
    }

    function _at(uint8 place) private view returns (address) {
        return SettlementPlaces.addressOf(address(this), place);
    }
}
