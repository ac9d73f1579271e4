"""A child on the roll: names, class, household, statuses, earlier file, sightings."""
