// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {ICcipRmn} from "../../interfaces/bridges/ccip/ICcipRmn.sol";

/// @notice See {ICcipRmn}.
contract CcipRmn is ICcipRmn {
    using EnumerableSet for EnumerableSet.Bytes32Set;

    /// @dev The subject that CCIP reserves for all chains.
    bytes16 private constant GLOBAL_SUBJECT = 0x01000000000000000000000000000001;

    address public immutable operator;
    EnumerableSet.Bytes32Set private cursed;

    modifier onlyOperator() {
        if (msg.sender != operator) revert NotTheOperator(operator, msg.sender);
        _;
    }

    constructor(address operator_) {
        operator = operator_;
    }

    /// @inheritdoc ICcipRmn
    function curse(bytes16 subject) external onlyOperator {
        if (!cursed.add(bytes32(subject))) revert AlreadyCursed(subject);
        emit Cursed(_listOf(subject));
    }

    /// @inheritdoc ICcipRmn
    function uncurse(bytes16 subject) external onlyOperator {
        if (!cursed.remove(bytes32(subject))) revert NotCursed(subject);
        emit Uncursed(_listOf(subject));
    }

    /// @inheritdoc ICcipRmn
    function isCursed(bytes16 subject) external view returns (bool) {
        return cursed.contains(bytes32(subject)) || isCursed();
    }

    /// @inheritdoc ICcipRmn
    function getCursedSubjects() external view returns (bytes16[] memory subjects) {
        uint256 count = cursed.length();
        subjects = new bytes16[](count);
        for (uint256 i = 0; i < count; ++i) subjects[i] = bytes16(cursed.at(i));
    }

    /// @inheritdoc ICcipRmn
    function isCursed() public view returns (bool) {
        return cursed.contains(bytes32(GLOBAL_SUBJECT));
    }

    function _listOf(bytes16 subject) private pure returns (bytes16[] memory subjects) {
        subjects = new bytes16[](1);
        subjects[0] = subject;
    }
}
