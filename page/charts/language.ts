// uPlot makes its formats of numbers while it is loaded, in the browser's language, and throws where that is invalid, as Chromium's is in
// a POSIX locale ("en-US@posix"). To be left out once uPlot takes a language that Intl refuses.
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}
