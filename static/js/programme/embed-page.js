// @ts-check
/** Tells the page around the frame how high the list is. */

// not scrollHeight: that is never less than the frame, which then could not shrink
const height = () => Math.ceil(document.body.getBoundingClientRect().height);
const tell = () => parent.postMessage({ eventhub: height() }, "*");
new ResizeObserver(tell).observe(document.body);
tell();
