extension FindingsPage {
    /// How the page looks, by day, by night and on paper.
    static let style = """
        :root { --back: #fff; --text: #1c2330; --quiet: #5d6675; --line: #dde1e8; --card: #f7f8fa;
          --critical: #a4133c; --high: #d1495b; --medium: #d68c1f; --low: #3a7ca5; --info: #7a8597;
          --accepted: #9bb4cc; --failed: #d1495b; }
        @media (prefers-color-scheme: dark) { :root { --back: #14181f; --text: #e6e9ef; --quiet: #9aa4b2;
          --line: #2c3440; --card: #1b212a; --critical: #ff5c7a; --high: #f0788a; --medium: #e8ae55; --low: #6db0d8;
          --info: #8d98a8; --accepted: #4c6680; --failed: #f0788a; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--back);
          color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
        h1 { margin: 0; font-size: 1.7rem; } h2 { margin: 2.2rem 0 .8rem; font-size: 1.2rem; }
        h3 { margin: 0 0 .4rem; font-size: 1.02rem; } p { margin: 0 0 .6rem; overflow-wrap: anywhere; }
        .quiet, dt, th, figcaption { color: var(--quiet); } .quiet { font-size: .9rem; }
        .tiles { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; margin: 1rem 0; padding: 0; }
        .tile { flex: 1 1 7rem; padding: .6rem .9rem; border-radius: .5rem; background: var(--card);
          border-left: .3rem solid var(--level); }
        .tile b { display: block; font-size: 1.6rem; line-height: 1.2; } .none { opacity: .5; }
        .critical { --level: var(--critical); } .high { --level: var(--high); } .medium { --level: var(--medium); }
        .low { --level: var(--low); } .info { --level: var(--info); }
        figure { margin: 1.2rem 0 0; } figcaption { font-size: .9rem; margin-bottom: .2rem; }
        .chart { width: 100%; height: auto; display: block; } .grid { stroke: var(--line); stroke-width: 1; }
        .axis { fill: var(--quiet); font-size: 10px; }
        rect.critical { fill: var(--critical); } rect.high { fill: var(--high); } rect.medium { fill: var(--medium); }
        rect.low { fill: var(--low); } rect.info { fill: var(--info); }
        rect.failed { fill: var(--failed); } rect.accepted { fill: var(--accepted); }
        article { margin: 0 0 1rem; padding: .9rem 1.1rem; border-radius: .5rem; background: var(--card);
          border-left: .3rem solid var(--level); break-inside: avoid; }
        .tag { display: inline-block; padding: 0 .5rem; border-radius: .3rem; background: var(--level);
          color: var(--back); font-size: .8rem; text-transform: uppercase; letter-spacing: .04em; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .9rem; margin: .4rem 0; }
        dd { margin: 0; overflow-wrap: anywhere; } code { font: .88em ui-monospace, Menlo, Consolas, monospace; }
        summary { cursor: pointer; color: var(--quiet); }
        table { width: 100%; border-collapse: collapse; margin: .5rem 0; font-size: .88rem; }
        th, td { padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left;
          vertical-align: top; overflow-wrap: anywhere; } th { font-weight: 500; }
        footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .8rem; }
        @media print { body { max-width: none; padding: 0; } details { display: block; } }
        """
}
