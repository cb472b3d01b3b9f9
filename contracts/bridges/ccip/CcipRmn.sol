// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICcipRmn} from "../../interfaces/bridges/ccip/ICcipRmn.sol";

/// @notice See {ICcipRmn}.
contract CcipRmn is ICcipRmn {
    address public immutable operator;
    mapping(bytes16 subject => bool) private cursed;

    modifier onlyOperator() {
        if (msg.sender != operator) revert NotTheOperator(operator, msg.sender);
        _;
    }

    constructor(address operator_) {
        operator = operator_;
    }

    /// @inheritdoc ICcipRmn
    function curse(bytes16 subject) external onlyOperator {
        if (cursed[subject]) revert AlreadyCursed(subject);
        cursed[subject] = true;
        emit Cursed(_only(subject));
    }

    /// @inheritdoc ICcipRmn
    function uncurse(bytes16 subject) external onlyOperator {
        if (!cursed[subject]) revert NotCursed(subject);
        cursed[subject] = false;
        emit Uncursed(_only(subject));
    }

    /// @inheritdoc ICcipRmn
    function isCursed(bytes16 subject) external view returns (bool) {
        return cursed[subject];
    }

    /// @inheritdoc ICcipRmn
    function isCursed() external pure returns (bool) {
        return false;
    }

    function _only(bytes16 subject) private pure returns (bytes16[] memory subjects) {
        subjects = new bytes16[](1);
        subjects[0] = subject;
    }
}
