({
  // Texts seen, and those whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3). A canvas reads any way to write a colour.
  contrast() {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const known = new Map();
    const rgba = (color) => {
      if (!known.has(color)) {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        known.set(color, canvas.getImageData(0, 0, 1, 1).data);
      }
      return known.get(color);
    };
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    const ground = (node) => {
      for (let at = node; at; at = at.parentElement) {
        const color = rgba(getComputedStyle(at).backgroundColor);
        if (color[3] === 255) return color;
      }
      return [255, 255, 255, 255];
    };
    const poor = [];
    let seen = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode.data.trim(), node = walker.currentNode.parentElement;
      if (!text || !node.getClientRects().length || ["SCRIPT", "OPTION"].includes(node.tagName)) continue;
      seen += 1;
      const style = getComputedStyle(node);
      const pair = [rgba(node.closest("svg") ? style.fill : style.color), ground(node)].map(luminance);
      const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.tagName} ${text.slice(0, 40)}`);
    }
    return [seen, poor];
  },
  // Controls and pictures that a screen reader could not name.
  nameless() {
    const named = (node) => node.textContent.trim() || node.getAttribute("aria-label") || (node.labels && node.labels.length);
    return [...document.querySelectorAll("button, a, select, input, [role=img], [role=region]")]
      .filter((node) => !named(node)).map((node) => node.outerHTML);
  },
})
