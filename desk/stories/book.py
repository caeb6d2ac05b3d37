"""Every story, by its name."""

from desk.stories import making_side, patient_side, safety_side, supply_side
from desk.stories.story import Story

STORIES: dict[str, Story] = {
    story.name: story
    for room in (supply_side, making_side, patient_side, safety_side)
    for story in room.STORIES
}
