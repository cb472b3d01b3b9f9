// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GuardedCall} from "./GuardedCall.sol";

/// @dev The part of ERC-20 that says what an account has and how it is shown.
interface IShownToken {
    function balanceOf(address account) external view returns (uint256);
    function symbol() external view returns (string memory);
    function decimals() external view returns (uint8);
}

/// @notice Balances of an account in many tokens, as the answer to one `eth_call` that creates this contract,
/// which is never deployed. Any account may have made a token, so that each token's gas and answer are
/// limited, whatever its code does.
/// @dev Returns, as the code of a contract would be, `bytes[]` in ABI encoding: of each token what
/// `balanceOf`, `symbol` and `decimals` answered, cut off; nothing where a call failed.
contract TokenHoldings {
    uint256 private constant CALL_GAS = 50_000;
    /// @dev Offset and length of a string, and more of it than is shown.
    uint256 private constant MAX_TEXT = 0x80;
    uint256 private constant WORD = 0x20;
    uint256 private constant ANSWERS = 3;

    constructor(address account, address[] memory tokens) {
        bytes[] memory answers = new bytes[](ANSWERS * tokens.length);
        for (uint256 i = 0; i < tokens.length; ++i) {
            answers[ANSWERS * i] = _ask(tokens[i], abi.encodeCall(IShownToken.balanceOf, (account)), WORD);
            answers[ANSWERS * i + 1] = _ask(tokens[i], abi.encodeCall(IShownToken.symbol, ()), MAX_TEXT);
            answers[ANSWERS * i + 2] = _ask(tokens[i], abi.encodeCall(IShownToken.decimals, ()), WORD);
        }
        bytes memory result = abi.encode(answers);
        // A constructor has no other way to answer.
        assembly ("memory-safe") {
            return(add(result, 0x20), mload(result))
        }
    }

    function _ask(address token, bytes memory question, uint256 limit) private returns (bytes memory answer) {
        (, answer) = GuardedCall.execute(token, CALL_GAS, question, limit, 0);
    }
}
