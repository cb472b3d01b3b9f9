// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRemoteSwap, ISwapPurse, SwapOrder} from "../interfaces/l2/IRemoteSwap.sol";
import {MinimalProxy} from "../libraries/MinimalProxy.sol";
import {SwapPurse} from "./SwapPurse.sol";

/// @notice See {IRemoteSwap}. Holds nothing. Not in the genesis state: anyone puts it at one address of every chain (CREATE2).
contract RemoteSwap is IRemoteSwap {
    address private immutable implementation = address(new SwapPurse());

    /// @inheritdoc IRemoteSwap
    function swap(SwapOrder calldata order) external payable returns (uint256 amountOut) {
        return _ensurePurse(msg.sender).swap{value: msg.value}(order);
    }

    /// @inheritdoc IRemoteSwap
    function empty(address token, uint256 chainId, address recipient) external returns (uint256 amount) {
        return _ensurePurse(msg.sender).empty(token, chainId, recipient);
    }

    /// @inheritdoc IRemoteSwap
    function purseOf(address owner) public view returns (address purse) {
        return MinimalProxy.predict(address(this), implementation, _saltOf(owner));
    }

    function _ensurePurse(address owner) private returns (ISwapPurse) {
        address purse = purseOf(owner);
        if (purse.code.length == 0) {
            MinimalProxy.deploy(implementation, _saltOf(owner));
            emit PurseOpened(owner, purse);
        }
        return ISwapPurse(purse);
    }

    function _saltOf(address owner) private pure returns (bytes32) {
        return bytes32(uint256(uint160(owner)));
    }
}
