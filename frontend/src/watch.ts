// Pages of the console that watch work in the background: htmx alone, without what the phone's pages need.
import htmx from "htmx.org";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
