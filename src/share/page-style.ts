/**
 * How share pages look, where styles work. Words stay readable at 320 pixels, colours have a
 * contrast of 7 to 1 (WCAG 2.2, AAA), and all that can be pressed is large.
 */
export const pageStyle = [
  "body{max-width:34rem;margin:0 auto;padding:0 1rem;font:1.1rem/1.5 sans-serif;color:#111;background:#fff}",
  "h1{font-size:1.5rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}",
  "dl{margin:0}dt{color:#333}dd{margin:0 0 .5rem;font-size:1.3rem;font-weight:bold}",
  "code{font-family:monospace;overflow-wrap:anywhere;user-select:all}",
  ".menu{font-weight:bold}svg{max-width:100%;height:auto}",
  ".open,button{display:inline-block;padding:.8rem 1.4rem;border:2px solid #0b4a2d;border-radius:.5rem;font:inherit;font-weight:bold}",
  ".open{color:#fff;background:#0b4a2d;text-decoration:none}button{color:#0b4a2d;background:#fff}",
  "a{color:#0b3d91}ul{padding:0;list-style:none}li{display:inline-block;margin-inline-end:1rem;padding:.4rem 0}",
  "@media print{.screen{display:none}h2,svg,dl{break-inside:avoid;break-after:avoid}}",
].join("");
