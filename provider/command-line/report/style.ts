/** How a report looks: light or dark as the reader has it, and below 40 rem each move as a block in the place of a row. */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #5a636e; --line: #d5dae0; --on: #2f7d4f; --off: #9aa4af;
  --bad: #b3261e; --open: #b7791f; --room: #eceff2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --paper: #15181c; --soft: #a2abb5; --line: #363d45; --on: #58b37f;
  --off: #6b7580; --bad: #ef8a80; --open: #e0ab53; --room: #262b31; } }
body { font: 1rem/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 70rem; margin: 0 auto;
  padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 1.2rem 0 0.3rem; }
small { font-weight: normal; color: var(--soft); }
svg { display: block; width: 100%; height: 1.4rem; }
.room { fill: var(--room); } .on, .done { fill: var(--on); } .off { fill: var(--off); } .failed { fill: var(--bad); }
.open { fill: var(--open); }
.guests { list-style: none; margin: 0.3rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.1rem 1.2rem; color: var(--soft); }
.gap { border-left: 0.3rem solid var(--bad); padding-left: 1rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.6rem 0.25rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: normal; color: var(--soft); }
th { width: 14%; } th:first-child { width: 22%; } th:nth-child(2) { width: 12%; } th.line { width: 38%; }
.why { margin: 0; color: var(--bad); font-size: 0.9rem; }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  td { display: block; width: auto; border: 0; padding: 0.1rem 0; }
  td[data-of]::before { content: attr(data-of) ": "; color: var(--soft); }
}
`;
