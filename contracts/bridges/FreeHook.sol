// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IHyperlaneHook} from "../interfaces/bridges/IHyperlane.sol";

/// @title A Hyperlane hook that does nothing and costs nothing
/// @notice A mailbox runs a required hook for each message in addition to the one that the message's sender chooses.
contract FreeHook is IHyperlaneHook {
    error ValueNotTaken(uint256 value);

    /// @inheritdoc IHyperlaneHook
    function postDispatch(bytes calldata, bytes calldata) external payable {
        if (msg.value != 0) revert ValueNotTaken(msg.value);
    }

    /// @inheritdoc IHyperlaneHook
    function quoteDispatch(bytes calldata, bytes calldata) external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IHyperlaneHook
    function hookType() external pure returns (uint8) {
        return 0;
    }

    /// @inheritdoc IHyperlaneHook
    function supportsMetadata(bytes calldata) external pure returns (bool) {
        return true;
    }
}
