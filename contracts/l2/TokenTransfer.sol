// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Transfers of ERC-20 tokens that return nothing, false, or less than was sent
library TokenTransfer {
    error TokenCallFailed(address token);
    /// @notice The token took a fee, or moved something else than it was told.
    error UnexpectedAmount(address token, uint256 expected, uint256 actual);

    /// @notice Takes exactly `amount` from an account that approved this contract.
    function take(address token, address from, uint256 amount) internal {
        uint256 before = balanceOf(token, address(this));
        call(token, abi.encodeWithSignature("transferFrom(address,address,uint256)", from, address(this), amount));
        uint256 afterwards = balanceOf(token, address(this));
        // A balance that shrank during the transfer wraps to a huge amount, which differs as well.
        unchecked {
            if (afterwards - before != amount) revert UnexpectedAmount(token, amount, afterwards - before);
        }
    }

    function give(address token, address to, uint256 amount) internal {
        call(token, abi.encodeWithSignature("transfer(address,uint256)", to, amount));
    }

    function balanceOf(address token, address account) private view returns (uint256) {
        (bool success, bytes memory result) = token.staticcall(abi.encodeWithSignature("balanceOf(address)", account));
        if (!success || result.length != 32) revert TokenCallFailed(token);
        return abi.decode(result, (uint256));
    }

    function call(address token, bytes memory data) private {
        (bool success, bytes memory result) = token.call(data);
        bool accepted = result.length == 0 ? token.code.length > 0 : result.length >= 32 && abi.decode(result, (uint256)) == 1;
        if (!success || !accepted) revert TokenCallFailed(token);
    }
}
